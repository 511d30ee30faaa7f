"""Rollbacks while the database's clock is set: NTP, a failover, a restore to another machine."""

from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection

from migration_harness import queries
from migration_harness.control.flips import FlagChange
from migration_harness.control.rollback import change_flag, roll_back
from migration_harness.deciding.clock import boot_ns
from migration_harness.models import Lease
from tests.acceptance.conftest import committed_demo, database_url, selected, until  # noqa: F401  The demo, committed.

from .test_fleet import decider, decisions_since, on, pids  # noqa: F401  A process that decides.

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("clock", "selected")]

FLAG = "model-based-credits"


def execute(sql, *values):
    with psycopg.connect(database_url(), autocommit=True) as server:
        server.execute(sql, values)


@pytest.fixture(scope="module")
def clock(committed_demo):  # noqa: F811
    """A clock of the database that can be set: every new session reads it in place of PostgreSQL's own."""
    name = connection.settings_dict["NAME"]
    execute(
        "CREATE SCHEMA stepped; CREATE TABLE stepped.clock (by interval); INSERT INTO stepped.clock VALUES ('0');"
        "CREATE FUNCTION stepped.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS "
        "'SELECT pg_catalog.clock_timestamp() + by FROM stepped.clock';"
        f'ALTER DATABASE "{name}" SET search_path = stepped, pg_catalog, public'
    )
    connection.close()
    yield
    execute(f'ALTER DATABASE "{name}" RESET search_path; DROP SCHEMA stepped CASCADE')
    connection.close()


@pytest.fixture
def step():
    yield lambda by: execute("UPDATE stepped.clock SET by = %s::interval", by)
    execute("UPDATE stepped.clock SET by = '0'")


@contextmanager
def cut_off(pid):
    """Hold up the renewals of a process, which goes on deciding: it waits for one, and so it hears of no flip."""
    waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE %s"
    with psycopg.connect(database_url()) as holder, psycopg.connect(database_url(), autocommit=True) as observer:
        holder.execute("SELECT id FROM migration_harness_lease WHERE pid = %s FOR UPDATE", [pid])
        until(lambda: observer.execute(waiting, ["%UPDATE migration_harness_lease%"]).fetchone())
        yield


STEPS = ["10 seconds", "-10 seconds", "2 hours", "-2 hours"]


class TestRollback:
    @pytest.mark.parametrize("by", STEPS)
    def test_calls_nobody_fenced_who_still_decides(self, decider, step, by):  # noqa: F811
        started, lines = decider
        on(True)
        with cut_off(started.pid):
            asked_ns = boot_ns()
            step(by)
            proof = roll_back(names=[FLAG], actor="tester").proof
            returned_ns = boot_ns()
            until(lambda: len(decisions_since(lines, returned_ns)) > 10)
        assert any(decisions_since(lines, asked_ns)), "It has not decided meanwhile: nothing was shown."
        assert not any(decisions_since(lines, returned_ns))
        assert (proof.holds, started.pid in pids(proof.fenced)) == (True, True)

    @pytest.mark.parametrize("by", STEPS)
    def test_is_acknowledged_by_those_who_hear_of_it(self, decider, step, by):  # noqa: F811
        started, _ = decider
        on(True)
        step(by)
        proof = roll_back(names=[FLAG], actor="tester").proof
        assert (proof.holds, started.pid in pids(proof.fenced)) == (True, False)
        assert all(0 <= each.after_ms <= proof.waited_ms for each in proof.acknowledged)

    @pytest.mark.parametrize("by", STEPS)
    def test_waits_for_the_dead_once(self, decider, step, by):  # noqa: F811
        started, _ = decider
        on(True)
        started.kill()
        started.wait(20)
        step(by)
        assert started.pid in pids(roll_back(names=[FLAG], actor="tester").proof.fenced)
        proof = change_flag(name=FLAG, change=FlagChange(everyone=True), actor="tester").proof
        assert (proof.holds, started.pid in pids(proof.fenced)) == (True, False)


class TestNeighbour:
    def test_that_is_dead_is_marked_by_the_living(self, decider, tmp_path):  # noqa: F811
        started, _ = decider
        with psycopg.connect(database_url(), autocommit=True) as server:
            (dead,) = server.execute(
                "INSERT INTO migration_harness_lease (host, pid, role, epoch, open_units, taken_at, renewed_at,"
                " acknowledged_at, expires_at) SELECT 'gone', 1, 'web', 0, 0, t, t, t, t FROM (VALUES"
                " (clock_timestamp() - interval '1 minute')) AS v (t) RETURNING id"
            ).fetchone()
        until(lambda: Lease.objects.filter(pk=dead, ran_out__isnull=False).exists())
        assert 1 not in pids(roll_back(names=[FLAG], actor="tester").proof.fenced)
        assert started.pid in pids(m.process for m in queries.fleet() if m.is_live)
