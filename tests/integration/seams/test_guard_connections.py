"""Connections in every condition: closed, dead, lost on the way, of several databases, interrupted."""

import copy
import signal
from contextlib import suppress

import psycopg
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, connection, connections, transaction
from django.db.backends.postgresql.base import DatabaseWrapper

from migration_harness.comparing.comparator import Verdict
from migration_harness.deciding.stages import Stage
from migration_harness.seams.purity.confined import Confined
from migration_harness.seams.purity.guard import outside
from migration_harness.seams.sides import observe_guarded

from .callers import Caller, callers, state
from .neighbours import in_atomic, read, run, swallowed, then, write
from .test_guard_neighbours import returning


def terminate(world):
    """End the server's side of this thread's connection, as a restart of the server would."""
    pid = connection.connection.info.backend_pid
    outside(world.observer.execute, "SELECT pg_terminate_backend(%s, 5000)", [pid])


@pytest.fixture
def other(world):
    """A second alias, to the same server."""
    connections.settings["other"] = copy.deepcopy(connections.settings["default"])
    yield connections["other"]
    connections["other"].close()
    del connections.settings["other"], connections["other"]


class TestClosedConnection:
    def test_is_open_and_writable_after_a_side_that_read(self, world):
        connection.close()
        assert observe_guarded(read, (), {})[1] is None
        write()
        assert world.notes() == ["of the side"]

    @pytest.mark.parametrize(
        "side", [write, in_atomic(write), then(in_atomic(read), write)], ids=["bare", "in", "after"]
    )
    def test_takes_no_write_of_the_side_that_opens_it(self, side, world):
        connection.close()
        assert observe_guarded(side, (), {})[3] == "database: insert"
        assert world.notes() == []
        assert connection.get_autocommit()

    def test_runs_no_callback_of_the_side(self, world):
        connection.close()
        assert observe_guarded(lambda: transaction.on_commit(write), (), {})[3] == "on_commit"
        assert world.notes() == []

    def test_stays_closed_where_the_side_asks_nothing(self, world):
        connection.close()
        observe_guarded(lambda: connection.in_atomic_block, (), {})
        assert connection.connection is None


class TestDeadConnection:
    def test_is_an_error_of_the_side_and_of_the_caller_as_ever(self, world):
        read()
        terminate(world)
        assert isinstance(observe_guarded(read, (), {})[1], OperationalError)
        with pytest.raises(OperationalError):
            read()
        connection.close()

    def test_that_the_side_lost_is_replaced_for_a_caller_in_autocommit(self, world):
        read()
        observe_guarded(swallowed(read, lambda: terminate(world), read), (), {})
        write()
        assert world.notes() == ["of the side"]

    def test_that_the_side_lost_takes_the_callers_transaction_and_says_so(self, world):
        with pytest.raises(OperationalError), transaction.atomic():
            write()
            observe_guarded(swallowed(read, lambda: terminate(world), read), (), {})
            write()
        assert world.notes() == []
        write()
        assert world.notes() == ["of the side"]

    def test_is_replaced_where_django_looks_first(self, world):
        read()
        terminate(world)
        connection.health_check_enabled, connection.health_check_done = True, False
        assert observe_guarded(read, (), {})[1] is None
        write()
        assert world.notes() == ["of the side"]

    def test_that_cannot_be_opened_is_an_error_of_the_side(self, world, monkeypatch):
        connection.close()
        monkeypatch.setitem(connection.settings_dict, "PORT", "1")
        assert isinstance(observe_guarded(in_atomic(read), (), {})[1], OperationalError)
        monkeypatch.undo()
        write()
        assert world.notes() == ["of the side"]


class TestSeveralDatabases:
    def write(self, alias):
        with connections[alias].cursor() as cursor:
            cursor.execute("INSERT INTO caller_notes VALUES (%s)", [alias])

    @pytest.mark.parametrize("caller", **callers)
    def test_are_confined_each(self, caller, other, stagehand):
        def side():
            read()
            with transaction.atomic(using="other"):
                with other.cursor() as cursor:
                    cursor.execute("SELECT 1")
            self.write("other")

        said = stagehand.runs_as_alone(caller, Stage.SHADOW, returning(side))
        assert said == (Verdict.BLOCKED, "database: insert")
        assert other.get_autocommit()

    def test_keep_the_callers_transactions(self, other, world):
        with transaction.atomic(using="other"), transaction.atomic():
            self.write("default"), self.write("other")
            before = state()
            observe_guarded(swallowed(lambda: self.write("other"), lambda: self.write("default")), (), {})
            assert state() == before
        assert sorted(world.notes()) == ["default", "other"]

    def test_are_confined_where_the_side_makes_the_connection(self, world):
        def side():
            mine = DatabaseWrapper(connection.settings_dict, alias="mine")
            try:
                mine.cursor().execute("INSERT INTO caller_notes VALUES ('mine')")
            finally:
                mine.close()

        assert observe_guarded(side, (), {})[3] == "database: insert"
        assert world.notes() == []


class TestCursorThatTheCallerMade:
    @pytest.mark.parametrize("made_by", ["django", "driver"])
    def test_is_confined_too(self, made_by, world):
        with transaction.atomic():
            cursor = connection.cursor() if made_by == "django" else connection.connection.cursor()
            observed = observe_guarded(lambda: cursor.execute("INSERT INTO caller_notes VALUES ('x')"), (), {})
        assert observed[3] == "database: insert"
        assert world.notes() == []


class TestDurableAtomic:
    def test_is_refused_by_django_where_the_caller_is_in_a_transaction(self, world):
        side = in_atomic(read, durable=True)
        with transaction.atomic():
            assert isinstance(observe_guarded(side, (), {})[1], RuntimeError)
        assert observe_guarded(side, (), {})[1] is None


class TestCallersTransaction:
    def test_that_is_spoiled_stays_so(self, world):
        with pytest.raises(transaction.TransactionManagementError), transaction.atomic():
            write()
            swallowed(lambda: run("SELECT no_such"))()
            transaction.set_rollback(True)
            assert isinstance(observe_guarded(read, (), {})[1], transaction.TransactionManagementError)
            write()

    def test_takes_its_isolation_level_after_a_side_that_read(self, world):
        with transaction.atomic():
            observe_guarded(read, (), {})
            run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")

    def test_keeps_its_cursors_open(self, world):
        with transaction.atomic(), connection.chunked_cursor() as cursor:
            cursor.execute("SELECT * FROM generate_series(1, 3)")
            assert cursor.fetchone() == (1,)
            observe_guarded(swallowed(read, write), (), {})
            assert cursor.fetchall() == [(2,), (3,)]

    def test_is_not_seen_by_what_logs_its_queries(self, world):
        from django.test.utils import CaptureQueriesContext

        with transaction.atomic(), CaptureQueriesContext(connection) as captured:
            write()
            observe_guarded(read, (), {})
        assert [each["sql"].split()[0] for each in captured.captured_queries] == ["INSERT"]


@pytest.fixture
def alarm():
    """A worker's time limit, as Celery's and RQ's: an exception out of a signal's handler."""

    def limit(*_):
        raise SoftTimeLimitExceeded

    before = signal.signal(signal.SIGALRM, limit)
    yield lambda: signal.setitimer(signal.ITIMER_REAL, 0.1)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


class TestTimeLimit:
    def test_in_a_statement_of_the_side_leaves_the_callers_transaction(self, world, alarm):
        with transaction.atomic():
            write()
            before = state()
            with pytest.raises(SoftTimeLimitExceeded):
                alarm()
                observe_guarded(lambda: run("SELECT pg_sleep(60)"), (), {})
            assert state() == before
            write()
        assert world.notes() == ["of the side"] * 2

    def test_in_autocommit_leaves_the_connection(self, world, alarm):
        with pytest.raises(SoftTimeLimitExceeded):
            alarm()
            observe_guarded(lambda: run("SELECT pg_sleep(60)"), (), {})
        write()
        assert world.notes() == ["of the side"]

    def test_while_the_guard_closes_is_not_swallowed_and_leaves_nothing_behind(self, world, monkeypatch):
        undo, limits = Confined._undo, [SoftTimeLimitExceeded()]

        def interrupted(self, driver):
            if limits:
                raise limits.pop()
            undo(self, driver)

        monkeypatch.setattr(Confined, "_undo", interrupted)
        with transaction.atomic():
            write()
            before = state()
            with pytest.raises(SoftTimeLimitExceeded):
                observe_guarded(read, (), {})
            assert state() == before
        assert world.notes() == ["of the side"]


class TestStreamLeftOpen:
    @pytest.mark.parametrize("caller", [Caller.in_autocommit, Caller.in_atomic], ids=["autocommit", "atomic"])
    @pytest.mark.parametrize("how", ["rows", "copy"])
    def test_does_not_hold_the_callers_connection(self, how, caller, stagehand):
        kept = []

        def side():
            cursor = connection.cursor()
            if how == "rows":
                kept.append(cursor.stream("SELECT * FROM generate_series(1, 100000)"))
                next(kept[-1])
            else:
                kept.append(cursor.copy("COPY (SELECT * FROM generate_series(1, 100000)) TO STDOUT"))
                next(iter(kept[-1].__enter__()))

        assert stagehand.runs_as_alone(caller, Stage.SHADOW, returning(side))[0] is Verdict.MATCH
        with suppress(psycopg.Error):
            kept.clear()
