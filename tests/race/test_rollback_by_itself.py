"""A wrong price rolls its flag back, whoever has charged it and whatever became of them since."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from igny8_core.business.billing.models import AIModelConfig, CreditTransaction
from migration_harness import queries, testing
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.source import decide
from migration_harness.models import AuditEvent, Flag, Notice
from migration_harness.rollout.automatic import acting, due
from migration_harness.rollout.notices.rolled_back import GRACE_SECONDS, tell_what_was_not_told
from tests.acceptance.conftest import committed_demo, selected, until  # noqa: F401  The demo, committed.
from tests.waiting import PATIENCE_SECONDS

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("selected")]

FLAG = "model-based-credits"
MANY = 8
WRONG = 28
"""Credits of 2,760 tokens at the tenth of the tokens that a credit should have."""


@pytest.fixture
def wrong_price():
    """The rate of a model in the database is not the one that was signed, and everybody is charged by it."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE billing_aimodelconfig SET tokens_per_credit = 100 WHERE model_name = 'gpt-5.1'")
    change_flag(name=FLAG, change=FlagChange(everyone=True), actor="tester")
    yield
    AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=1_000)


@pytest.fixture
def decider(nursery, tmp_path):
    """Another process, which decides all the time."""
    lines = tmp_path / "decisions"
    with nursery.process("tests.race.charger", "decide", "d", str(lines), log=tmp_path / "decider.log") as started:
        until(lambda: lines.exists() and lines.stat().st_size > 0)
        yield started


def charged(operation_id):
    return CreditTransaction.objects.filter(operation_id=operation_id).values_list("amount", flat=True).first()


def is_rolled_back():
    return Flag.objects.get(name=FLAG).everyone is False


def events_for(operation_id):
    return list(AuditEvent.objects.filter(subject=FLAG, actor="harness", evidence__because__operation_id=operation_id))


def notices_of(operation_id):
    return list(Notice.objects.filter(subject=FLAG, details__operation_id=operation_id))


def everybody_obeys():
    return all(member.behind == 0 for member in queries.fleet() if member.is_live)


class TestManyWhoSeeIt:
    def test_make_one_rollback_one_event_and_one_notice(self):
        change_flag(name=FLAG, change=FlagChange(everyone=True), actor="tester")
        found = due.Due(
            flag=FLAG, epoch=Flag.objects.get(name=FLAG).epoch, seam="credits.text", verdict="mismatch",
            signature="0123456789ab", account_id="1", operation_id="seen by many", stage="live", at=timezone.now(),
        )  # fmt: skip
        together = threading.Barrier(MANY)

        def roll_back(_):
            together.wait(PATIENCE_SECONDS)
            try:
                return acting.roll_back_by_itself(found)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(MANY) as pool:
            made = list(pool.map(roll_back, range(MANY)))
        assert sorted(made) == [*[False] * (MANY - 1), True]
        assert (len(notices_of("seen by many")), len(events_for("seen by many"))) == (1, 1)


class TestWrongPrice:
    @pytest.mark.parametrize("fate", ["live", "die"])
    def test_rolls_back_once_and_everybody_obeys(self, wrong_price, nursery, decider, tmp_path, fate):
        operation_id = f"mistaken:{fate}"
        with nursery.process("tests.race.mistaken", fate, operation_id, log=tmp_path / "log") as mistaken:
            until(is_rolled_back)
            until(everybody_obeys)
            assert charged(operation_id) == -WRONG
            assert mistaken.is_running() is (fate == "live")
            assert decider.pid in {member.process.pid for member in queries.fleet() if member.is_live}
        (event,) = events_for(operation_id)
        assert event.evidence["because"]["verdict"] == "mismatch"

    def test_rolls_back_before_the_next_decision_where_nobody_was_left(self, wrong_price, nursery, tmp_path):
        testing.forget()  # This process has no lease any more.
        operation_id = "mistaken:alone"
        with nursery.process("tests.race.mistaken", "die", operation_id, log=tmp_path / "log") as mistaken:
            until(lambda: not mistaken.is_running())
        assert charged(operation_id) == -WRONG
        assert not is_rolled_back()
        decide(FLAG, 1)
        until(is_rolled_back)
        assert len(events_for(operation_id)) == 1


class TestKilledBeforeItTold:
    def test_is_told_once_by_many_who_look_later(self, wrong_price, nursery, tmp_path):
        testing.forget()  # This process would look as well.
        operation_id = "mistaken:untold"
        with nursery.process("tests.race.mistaken", "untold", operation_id, log=tmp_path / "log") as mistaken:
            until(lambda: not mistaken.is_running())
        assert is_rolled_back()
        assert notices_of(operation_id) == []
        later, together = timezone.now() + timedelta(seconds=GRACE_SECONDS + 1), threading.Barrier(MANY)

        def look(_):
            together.wait(PATIENCE_SECONDS)
            try:
                tell_what_was_not_told(now=later)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(MANY) as pool:
            list(pool.map(look, range(MANY)))
        assert len(notices_of(operation_id)) == 1
