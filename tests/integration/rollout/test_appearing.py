"""A discrepancy that was not there before is told, where the candidate answers somebody: once."""

from threading import Barrier, Thread

import pytest
import structlog
from django.db import connection
from django.db.models import QuerySet

from migration_harness.comparing.comparator import Verdict
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.stages import Stage
from migration_harness.log import folding
from migration_harness.models import Notice, SeenDiscrepancy
from migration_harness.plan import plan
from migration_harness.rollout.notices import appearing
from tests.waiting import PATIENCE_SECONDS, until

from ..log.parts import comparison, in_charge

FLAG, SEAM = "model-selection", "models.default"


def differ(signature="0123456789ab", *, seam=SEAM, verdict=Verdict.MISMATCH, stage="shadow", run=""):
    in_charge(comparison(verdict, seam=seam, stage=stage, run=run)._replace(signature=signature))


def fold():
    """Fold all of this transaction's, too: a test's own never ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT migration_harness_fold_slice('0', '9223372036854775807'::xid8)")
    for listener in folding.listeners:
        listener()


def told():
    return list(Notice.objects.order_by("id").values_list("kind", "subject"))


@pytest.fixture
def live(demo):
    change_flag(name=FLAG, change=FlagChange(share_bps=100), actor="seed")


class TestADiscrepancy:
    def test_is_told_where_it_appears_first(self, live):
        differ()
        fold()
        (notice,) = Notice.objects.all()
        assert (notice.kind, notice.subject) == ("new_discrepancy", FLAG)
        assert "harness discrepancies show 0123456789ab" in notice.sentence
        assert notice.details["signature"] == "0123456789ab"

    def test_is_told_once(self, live):
        for _ in range(3):
            differ()
            fold()
        differ(stage="live")
        fold()
        assert told() == [("new_discrepancy", FLAG)]

    @pytest.mark.parametrize("verdict", Verdict)
    def test_is_told_if_nothing_explains_it(self, live, verdict):
        if verdict is not Verdict.MATCH:
            differ(verdict=verdict)
        fold()
        explained = (Verdict.MATCH, Verdict.INTENDED, Verdict.BOTH_ERROR)
        assert told() == ([] if verdict in explained else [("new_discrepancy", FLAG)])

    def test_of_recorded_usage_is_no_news_and_takes_none_away(self, live):
        differ(run="june")
        fold()
        assert told() == []
        differ()
        fold()
        assert told() == [("new_discrepancy", FLAG)]

    @pytest.mark.parametrize(
        ("change", "is_told"),
        [
            (FlagChange(everyone=None, share_bps=0), False),
            (FlagChange(everyone=False), False),
            (FlagChange(everyone=True), True),
            (FlagChange(account_id="1", membership="on"), True),
            (FlagChange(account_id="1", membership="off"), False),
        ],
        ids=["nobody", "rolled back", "everyone", "a pilot", "one without"],
    )
    def test_is_told_where_the_candidate_answers_somebody(self, demo, change, is_told):
        change_flag(name=FLAG, change=change, actor="seed")
        differ()
        fold()
        assert bool(told()) is is_told

    def test_is_not_told_where_a_required_flag_lets_nobody_in(self, demo):
        change_flag(name="model-based-credits", change=FlagChange(everyone=True), actor="seed")
        differ(seam="credits.text")
        fold()
        assert told() == []

    def test_is_told_where_the_candidate_has_answered_though_it_was_rolled_back_since(self, demo):
        change_flag(name=FLAG, change=FlagChange(everyone=False), actor="guard")
        differ(stage=Stage.LIVE.value)
        fold()
        assert told() == [("new_discrepancy", FLAG)]

    def test_that_was_there_while_nobody_was_live_is_no_news_later(self, demo):
        differ()
        fold()
        change_flag(name=FLAG, change=FlagChange(everyone=True), actor="seed")
        differ()
        fold()
        assert told() == []

    @pytest.mark.parametrize(
        ("verdict", "share_bps", "is_told"),
        [
            (Verdict.UNLAWFUL, 0, True),
            (Verdict.UNLAWFUL, 100, True),
            (Verdict.MISMATCH, 0, False),
            (Verdict.MISMATCH, 100, True),
            (Verdict.INTENDED, 100, False),
        ],
    )
    def test_of_a_whole_operation_is_told_by_its_kind(self, demo, verdict, share_bps, is_told):
        change_flag(name=FLAG, change=FlagChange(share_bps=share_bps), actor="seed")
        differ(seam="operation.image_generation", verdict=verdict, stage="effects")
        fold()
        assert told() == ([("new_discrepancy", "operation.image_generation")] if is_told else [])
        for notice in Notice.objects.all():
            words = ("The operation image_generation", "harness discrepancies show 0123456789ab")
            assert [word for word in words if word not in notice.sentence] == []
            assert "rollback" not in notice.sentence

    def test_of_a_seam_that_the_plan_does_not_have_is_not_told(self, live):
        assert "gone.seam" not in plan().seams
        differ(seam="gone.seam")
        fold()
        assert (told(), SeenDiscrepancy.objects.filter(looked_at=None).count()) == ([], 0)

    def test_is_told_as_one_of_many_where_there_are_many(self, live):
        for number in range(25):
            differ(f"{number:012x}")
        fold()
        (notice,) = Notice.objects.all()
        assert "25 ways" in notice.sentence
        assert notice.details["discrepancies"] == 25

    def test_is_told_after_the_next_time_where_it_could_not_be(self, live, monkeypatch):
        differ()
        with monkeypatch.context() as broken:
            broken.setattr(appearing, "put_down", lambda _notice: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                fold()
        assert told() == []
        fold()
        assert told() == [("new_discrepancy", FLAG)]


class TestFolding:
    def test_goes_on_where_nobody_can_be_told(self, db, monkeypatch):
        came = []
        monkeypatch.setattr(folding, "listeners", [lambda: 1 / 0, lambda: came.append(1)])
        with structlog.testing.capture_logs() as events:
            folding.fold()
        assert came == [1]
        assert [(each["event"], each["where"]) for each in events] == [("harness.fault", "after folding")]


def at_once(act, count=3):
    """Have several workers act at the same time, each with a connection of its own."""
    barrier = Barrier(count)

    def work():
        try:
            barrier.wait(PATIENCE_SECONDS)
            act()
        finally:
            connection.close()

    workers = [Thread(target=work) for _ in range(count)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(PATIENCE_SECONDS)


@pytest.mark.django_db(transaction=True)
class TestWorkersThatFoldAtOnce:
    @pytest.fixture(autouse=True)
    def _differs(self, live):
        for number in range(5):
            differ(f"{number:012x}")

    def test_tell_each_discrepancy_once(self):
        at_once(folding.fold)
        # Where one worker folds, the others leave it to that one: whoever is last tells what is left.
        until(lambda: folding.fold() == 0)
        assert sorted(Notice.objects.values_list("details__signature", flat=True)) == [f"{n:012x}" for n in range(5)]

    def test_would_tell_it_twice_without_the_lock(self, monkeypatch):
        def look_without(self, **_):
            return self

        until(lambda: folding.fold_slice().folded == 0)
        monkeypatch.setattr(QuerySet, "select_for_update", look_without)
        together = Barrier(2)
        found = appearing._to_be_told

        def wait_for_the_other(seams):
            together.wait(PATIENCE_SECONDS)
            return found(seams)

        monkeypatch.setattr(appearing, "_to_be_told", wait_for_the_other)
        at_once(appearing._look, count=2)
        assert Notice.objects.count() == 10
