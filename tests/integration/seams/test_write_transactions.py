"""A write seam in its caller's transaction, beside a flip, and beside another writer of its key."""

import threading
from contextlib import suppress

import pytest
from django.db import DatabaseError, connection, transaction

from igny8_core.embedded.processes import wait_until
from migration_harness.control.creation import create_flag
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.deciding.stages import Side, Stage
from migration_harness.deciding.unit_of_work import ExecutionPath, unit_of_work
from migration_harness.exceptions import TransactionTooStrict
from migration_harness.models import Drift
from migration_harness.plan import PlannedFlag
from migration_harness.stores import drift
from migration_harness.testing import fixed_flags, flag_at, flag_state
from tests.waiting import PATIENCE_SECONDS, somebody_waits_for_a_lock

from ..trial_stores import FLAG, Trial
from .writing import Killed, Refused, at, traces

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("trial_stores")]


class TestCallersTransaction:
    def fail_in_sql(self, *_):
        with connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column")

    def test_goes_on_when_the_other_side_failed_in_the_database(self):
        trial = Trial(before={Side.CANDIDATE: self.fail_in_sql})
        with at(Stage.SHADOW), transaction.atomic():
            trial.write()
            assert trial.control.read("k") == "new"
        assert traces() == [("control", "shadow", 1, "ProgrammingError")]

    def test_goes_on_when_the_other_side_swallowed_an_error_of_the_database(self):
        def swallow(*_):
            with suppress(DatabaseError):
                self.fail_in_sql()

        trial = Trial(before={Side.CANDIDATE: swallow})
        with at(Stage.SHADOW), transaction.atomic():
            trial.write()
        assert trial.values == ({"k": "new"}, {})

    def test_takes_everything_with_it(self):
        trial = Trial(before={Side.CANDIDATE: Refused()})
        with at(Stage.SHADOW):
            with pytest.raises(Killed), transaction.atomic():
                trial.write()
                raise Killed
        assert (trial.values, traces()) == (({}, {}), [])

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
    def test_that_is_stricter_takes_no_write(self, level):
        trial = Trial()
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
            with pytest.raises(TransactionTooStrict, match="Open that transaction at READ COMMITTED"):
                trial.write()
        assert (trial.wrote, trial.values, traces()) == ([], ({}, {}), [])


@pytest.mark.django_db(transaction=True)
class TestTransactions:
    def in_progress(self):
        """Return what another connection sees of both stores and of the traces."""
        seen = []

        def look():
            seen.append((Trial().values, Drift.objects.count()))
            connection.close()

        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        return seen[0]

    def seen_by_others_between_the_writes(self, flag, account):
        seen = []
        trial = Trial(before={Side.CANDIDATE: lambda *_: seen.append(self.in_progress())})
        with fixed_flags(flag):
            trial.write(account=account)
        return seen

    def test_hold_the_authoritative_write_and_its_trace_and_then_the_other_one(self):
        assert self.seen_by_others_between_the_writes(flag_at(FLAG, Stage.SHADOW), "1") == [(({"k": "new"}, {}), 1)]
        assert self.in_progress() == (({"k": "new"}, {"k": "new"}), 0)

    def test_are_one_where_a_global_write_must_reach_both_stores(self):
        between = flag_state(FLAG, included=frozenset("1"))
        assert self.seen_by_others_between_the_writes(between, None) == [(({}, {}), 0)]
        assert self.in_progress() == (({"k": "new"}, {"k": "new"}), 0)


class TestFlip:
    @pytest.fixture(autouse=True)
    def _flag(self):
        planned = PlannedFlag(name=FLAG, owner="", note="", has_store=True)
        create_flag(planned=planned, baseline=Stage.SHADOW, actor="tester")
        change_flag(name=FLAG, change=FlagChange(everyone=True, stage=Stage.COMPLETE), actor="tester")

    def test_is_followed_at_once_by_a_unit_of_work_that_keeps_its_snapshot(self):
        trial = Trial()
        with unit_of_work(execution_path=ExecutionPath.DIRECT):
            trial.write()
            change_flag(
                name=FLAG,
                change=FlagChange(stage=Stage.RAMPDOWN),
                actor="tester",
                before_flip=lambda: trial.control.write("k", "new"),
            )
            trial.write(value="newer")
        assert trial.wrote == ["candidate", "candidate", "control"]
        assert trial.values == ({"k": "newer"}, {"k": "newer"})

    def test_back_is_followed_too(self):
        trial = Trial()
        roll_back(name=FLAG, actor="tester")
        assert trial.write() == "control"


class Race:
    """Two writers of one key; the first is held up twice, until the second has gone as far as it can."""

    def __init__(self):
        self.second_began = threading.Event()
        self.second_ended = threading.Event()
        self.waited = []
        self.trial = Trial(before={Side.CONTROL: self.hold_up, Side.CANDIDATE: self.hold_up})

    def hold_up(self, _key, value):
        if value == "first":
            self.second_began.set()
            self.waited.append(wait_until(self.second_cannot_go_on, wait_seconds=PATIENCE_SECONDS))

    def second_cannot_go_on(self):
        return self.second_ended.is_set() or somebody_waits_for_a_lock()

    def run(self):
        second = threading.Thread(target=self.write_second)
        with at(Stage.SHADOW):
            second.start()
            self.trial.write(value="first")
            second.join()
        assert all(self.waited)
        control, candidate = self.trial.values
        return control == candidate or Drift.objects.exists()

    def write_second(self):
        self.second_began.wait()
        try:
            self.trial.write(value="second")
        finally:
            self.second_ended.set()
            connection.close()


@pytest.mark.django_db(transaction=True)
class TestTwoWritersOfOneKey:
    def test_leave_both_stores_equal_or_a_trace(self):
        assert Race().run()

    def test_leave_an_unmarked_difference_without_the_lock(self, monkeypatch):
        monkeypatch.setattr(drift, "lock", lambda **_: None)
        assert not Race().run()
