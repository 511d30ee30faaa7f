"""A deferred call answers with one side alone, and is compared by a worker as if it had waited."""

import time

import pytest
from django.db import connection, transaction

from migration_harness.api import ExecutionPath, unit_of_work
from migration_harness.comparing.comparator import Verdict
from migration_harness.deciding.registry import seams
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.log import recorder
from migration_harness.log import waiting as waiting_calls
from migration_harness.models import Comparison, ComparisonSample, DeferredCall, DroppedComparisons
from migration_harness.seams import charge
from migration_harness.seams.deferred import claiming, working
from migration_harness.seams.deferred.working import work_off
from migration_harness.secret import Secret
from migration_harness.testing import fixed_flags, flag_at, flag_state

from ..trial import Declared
from .trial import Deferred, kept, waiting
from .values import Price, Refused

pytestmark = pytest.mark.django_db


def raising(error):
    def side(_account, _thing):
        raise error

    return side


class TestCaller:
    def test_waits_for_one_side_alone(self):
        trial = Deferred(control=lambda *_: "old", candidate=lambda *_: "new")
        assert trial.call() == "old"
        assert trial.ran == ["control"]
        assert (waiting(), kept()) == (1, [])

    def test_gets_the_answer_of_the_candidate_where_that_answers(self):
        trial = Deferred(control=lambda *_: "old", candidate=lambda *_: "new")
        assert trial.call(stage=Stage.LIVE) == "new"
        assert trial.ran == ["candidate"]

    @pytest.mark.parametrize("stage", [Stage.OFF, Stage.DUALWRITE, Stage.RAMPDOWN, Stage.COMPLETE])
    def test_leaves_nothing_where_nothing_is_compared(self, stage):
        Deferred().call(stage=stage)
        assert waiting() == 0

    def test_gets_what_the_side_raises(self):
        error = Refused(4, status=402)
        trial = Deferred(control=raising(error))
        with pytest.raises(Refused) as raised:
            trial.call()
        assert raised.value is error

    def test_keeps_its_generator(self):
        trial = Deferred(control=lambda *_: (each for each in (1, 2)))
        assert list(trial.call()) == [1, 2]
        (found,) = kept()
        assert (found.verdict, waiting()) == ("blocked", 0)

    def test_asks_no_query_for_its_result(self, django_assert_num_queries):
        trial = Deferred(control=lambda *_: Comparison.objects.all())
        recorder.buffer._thread = object()
        with django_assert_num_queries(0):
            trial.call()

    def test_notices_no_fault_of_the_deferring(self, monkeypatch):
        monkeypatch.setattr(recorder.buffer, "defer", raising(RuntimeError("planted")))
        assert Deferred().call() == "old"

    def test_is_not_compared_inside_another_side(self):
        inner = Deferred()
        outer = Deferred(candidate=lambda *_: inner.seam(account="1", thing=None))
        outer.call()
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            work_off()
        assert [each.verdict for each in kept()] == ["match"]
        assert waiting() == 0


class TestComparison:
    def test_is_that_of_a_call_of_then(self):
        before = time.time()
        with unit_of_work(execution_path=ExecutionPath.MANUAL, request_id="r-1", run="replay-1"):
            trial = Deferred(
                control=lambda *_: (time.sleep(0.02), 5)[1],
                candidate=lambda *_: (time.sleep(0.01), 6)[1],
                measure="credits",
                group_by=lambda *, thing, **_: ("kind", thing),
                account_plan=lambda *, account, **_: f"plan of {account}",
            )
            with fixed_flags(flag_state("f", baseline=Stage.SHADOW, epoch=7)):
                assert trial.seam(account=12, thing="x") == 5
        after = time.time()
        time.sleep(0.01)
        assert work_off() == 1
        (found,) = kept()
        assert before <= found.at.timestamp() <= after
        assert (found.seam, found.flag_epoch, found.stage) == ("trial.deferred", 7, "shadow")
        assert (found.account_id, found.account_plan, found.group) == ("12", "plan of 12", ["kind", "x"])
        assert (found.execution_path, found.request_id, found.run) == ("manual", "r-1", "replay-1")
        assert (found.verdict, found.control_measure, found.candidate_measure) == ("mismatch", 5, 6)
        assert found.revision == trial.seam.revision != ""
        assert found.control_ns >= 20_000_000
        assert found.candidate_ns >= 10_000_000
        sample = ComparisonSample.objects.get()
        assert sample.payload["call"] == {"account": 12, "thing": "x"}
        assert waiting() == 0

    def test_outside_of_a_unit_of_work_has_no_request(self):
        (found,) = Deferred().compared()
        assert (found.execution_path, found.request_id, found.run) == ("direct", "", "")

    def test_compares_the_control_where_the_candidate_answers(self):
        trial = Deferred(control=lambda *_: "old", candidate=lambda *_: "new")
        (found,) = trial.compared(stage=Stage.LIVE)
        assert trial.ran == ["candidate", "control"]
        assert (found.verdict, found.stage) == ("mismatch", "live")

    @pytest.mark.parametrize(
        ("control", "candidate", "verdict"),
        [
            (lambda *_: 1, lambda *_: 1, "match"),
            (lambda *_: Price(1), lambda *_: Price(1), "match"),
            (lambda *_: Price(1), lambda *_: Price(2), "mismatch"),
            (lambda *_: 1, raising(ValueError()), "candidate_error"),
            (raising(Declared("a")), raising(Declared("a")), "both_error"),
            (raising(Declared("a")), raising(Declared("b")), "mismatch"),
            (raising(Declared("a")), lambda *_: 1, "mismatch"),
            (lambda *_: 1, lambda *_: DeferredCall.objects.update(run="x"), "blocked"),
        ],
    )
    def test_has_the_verdict_of_a_call_that_waits(self, control, candidate, verdict):
        (found,) = Deferred(control=control, candidate=candidate).compared()
        assert found.verdict == verdict

    def test_of_an_undeclared_error_of_the_control_says_so(self):
        trial = Deferred(control=raising(Refused(1, status=2)))
        with pytest.raises(Refused):
            trial.call()
        work_off()
        assert [each.verdict for each in kept()] == ["control_error"]

    def test_of_a_candidate_that_took_too_long_is_a_timeout(self):
        (found,) = Deferred(candidate=lambda *_: (time.sleep(0.02), "old")[1], budget_ms=10).compared()
        assert found.verdict == "timeout"

    def test_is_of_the_arguments_as_they_were(self):
        trial = Deferred(control=lambda _, thing: sum(thing), candidate=lambda _, thing: sum(thing))
        thing = [1, 2]
        trial.call(thing)
        thing.append(3)
        work_off()
        assert [each.verdict for each in kept()] == ["match"]

    @pytest.mark.parametrize(("changing", "stage"), [("control", Stage.SHADOW), ("candidate", Stage.SHADOW)])
    def test_blocks_a_side_that_changes_an_argument(self, changing, stage):
        trial = Deferred(**{changing: lambda _, thing: (thing.append(1), "old")[1]})
        (found,) = trial.compared([], stage=stage)
        assert found.verdict == "blocked"
        assert ComparisonSample.objects.get().explanation == "argument thing"

    def test_says_what_was_wrong_with_the_subject(self):
        (found,) = Deferred(subject=raising(KeyError())).compared()
        assert (found.verdict, found.account_id) == ("mismatch", "")
        assert ComparisonSample.objects.get().explanation == "subject failed"

    def test_is_announced(self):
        told = []
        recorder.announcing.listeners.append(told.append)
        try:
            Deferred(candidate=lambda *_: "new").compared()
        finally:
            recorder.announcing.listeners.remove(told.append)
        assert [each.seam for each in told] == ["trial.deferred"]


class TestFlip:
    def test_in_between_changes_nothing_of_the_call(self):
        trial = Deferred()
        with fixed_flags(flag_state("f", baseline=Stage.SHADOW, epoch=3)):
            trial.seam(account="1", thing=None)
        with fixed_flags(flag_at("f", Stage.COMPLETE)):
            work_off()
        (found,) = kept()
        assert (found.stage, found.flag_epoch, found.verdict) == ("shadow", 3, "match")


REFUSED = {
    "a secret": (Secret("sk-very-secret-1"), "thing, a Secret"),
    "a query": (Comparison.objects.all(), "thing, a QuerySet"),
    "too large": (["x"] * 5_000, "thing, which is too large"),
}


class TestRefused:
    @pytest.mark.parametrize(("thing", "why"), REFUSED.values(), ids=REFUSED)
    def test_is_a_verdict_with_the_arguments_name(self, thing, why):
        trial = Deferred()
        assert trial.call(thing) == "old"
        (found,) = kept()
        assert (found.verdict, found.account_id, found.candidate_ns) == ("blocked", "1", 0)
        sample = ComparisonSample.objects.get()
        assert sample.explanation == f"cannot be deferred: {why}"
        assert "very-secret" not in str(sample.payload)
        assert waiting() == 0

    def test_opens_the_breaker_in_the_end(self):
        trial = Deferred()
        for _ in range(12):
            trial.call(Secret("sk-very-secret-1"))
        assert trial.seam.is_tripped
        assert len(kept()) == 10

    @pytest.mark.parametrize("options", [{"money": True}, {"noise_check_bps": 10}], ids=str)
    def test_is_a_seam_of_money_or_with_a_noise_check(self, options):
        with pytest.raises(HarnessMisconfigured, match="cannot be deferred"):
            Deferred(**options)


class TestQueue:
    def test_that_is_full_drops_and_counts(self, monkeypatch):
        monkeypatch.setattr(waiting_calls, "MOST_WAITING", 3)
        trial = Deferred()
        for _ in range(5):
            trial.call()
        assert waiting() == 3
        recorder.buffer.flush()
        assert DroppedComparisons.objects.get().dropped == 2

    def test_that_is_full_in_memory_drops_and_counts(self, monkeypatch):
        monkeypatch.setattr(waiting_calls, "MOST_IN_MEMORY", 2)
        recorder.buffer._thread = object()
        trial = Deferred()
        for _ in range(5):
            assert trial.call() == "old"
        recorder.buffer.flush()
        assert waiting() == 2
        assert DroppedComparisons.objects.get().dropped == 3

    def test_keeps_what_the_database_does_not_take(self, monkeypatch):
        recorder.buffer._thread = object()
        Deferred().call()
        with monkeypatch.context() as broken:
            broken.setattr(waiting_calls, "_INSERT", "INSERT INTO no_such_table VALUES (%s)")
            with pytest.raises(Exception), transaction.atomic():  # noqa: B017, PT011  Whatever it is.
                recorder.buffer.flush()
        recorder.buffer.flush()
        assert waiting() == 1

    def test_waits_while_the_breaker_is_open(self):
        trial = Deferred(candidate=raising(ValueError()))
        for _ in range(15):
            trial.call()
        work_off()
        assert trial.seam.is_tripped
        assert (len(kept()), waiting()) == (10, 5)

    def test_is_left_to_others_after_a_while(self):
        trial = Deferred(candidate=lambda *_: (time.sleep(0.02), "old")[1])
        for _ in range(5):
            trial.call()
        assert 1 <= work_off(at_most_seconds=0.03) < 5


class TestRevision:
    def test_of_another_one_is_left_alone_and_said(self, caplog):
        trial = Deferred()
        trial.call()
        trial.seam.revision = "another"
        assert work_off() == work_off() == 0
        assert (trial.ran, waiting()) == (["control"], 1)
        assert caplog.text.count("harness.deferred_of_another_revision") == 1

    def test_that_nobody_has_any_more_is_counted_after_a_while(self, monkeypatch, caplog):
        trial = Deferred()
        trial.call()
        trial.seam.revision = "another"
        monkeypatch.setattr(claiming, "LONGEST_WAIT_SECONDS", -1.0)
        work_off()
        assert (waiting(), DroppedComparisons.objects.get().set_aside) == (0, 1)
        assert "no worker of its revision came" in caplog.text

    def test_of_a_seam_that_is_gone_is_left_alone(self):
        Deferred().call()
        seams._by_name.clear()
        assert work_off() == 0
        assert waiting() == 1


class TestLostWorker:
    def test_leaves_its_call_to_another_one(self, monkeypatch):
        trial = Deferred()
        trial.call()
        monkeypatch.setattr(claiming, "CLAIM_SECONDS", -1.0)
        assert claiming.claim("trial.deferred", trial.seam.revision) is not None
        assert work_off() == 1
        assert [each.verdict for each in kept()] == ["match"]

    def test_keeps_its_call_while_it_may_be_alive(self):
        trial = Deferred()
        trial.call()
        assert claiming.claim("trial.deferred", trial.seam.revision) is not None
        assert (work_off(), waiting()) == (0, 1)

    def test_that_comes_back_late_records_nothing(self, monkeypatch):
        trial = Deferred()
        trial.call()
        monkeypatch.setattr(claiming, "CLAIM_SECONDS", -1.0)
        late = claiming.claim("trial.deferred", trial.seam.revision)
        work_off()
        assert working._compare(trial.seam, late) == 0
        assert len(kept()) == 1

    def test_after_several_is_an_error_of_the_side(self):
        trial = Deferred()
        trial.call()
        DeferredCall.objects.update(tries=claiming.MOST_TRIES)
        work_off()
        assert trial.ran == ["control"]
        assert [each.verdict for each in kept()] == [Verdict.CANDIDATE_ERROR]

    def test_cannot_read_what_is_gone(self, caplog):
        Deferred().call(Price(1))
        DeferredCall.objects.update(
            call='{"subject":null,"broken":[],"call":{"thing":{"k":"object","c":"a.B","v":{}}}}'
        )
        assert work_off() == 1
        assert (waiting(), DroppedComparisons.objects.get().set_aside) == (0, 1)
        assert "no class of that name is loaded here: a.B" in caplog.text


class TestRolledBackCaller:
    @pytest.mark.django_db(transaction=True)
    def test_writes_nothing_in_the_callers_transaction(self, settings):
        settings.HARNESS = settings.HARNESS | {"BACKGROUND": True}
        recorder.buffer._thread = object()
        trial = Deferred()
        with pytest.raises(Declared), transaction.atomic():
            trial.call()
            raise Declared
        recorder.buffer.flush()
        assert waiting() == 1


def test_worker_has_no_transaction_of_its_own_while_a_side_runs(transactional_db):
    seen = []
    Deferred(candidate=lambda *_: (seen.append(connection.in_atomic_block), "old")[1]).compared()
    assert seen == [False]
    assert charge.current.get() is None
