"""Who holds up a flip, seen on a server of its own, which takes prepared transactions."""

import threading
import time
from contextlib import contextmanager, suppress

import psycopg
import pytest

from igny8_core.embedded import postgres
from igny8_core.embedded.postgres import Postgres
from migration_harness.control.holders import Watch, watched
from tests.integration.embedded.test_servers import empty_run_dir, initialised, run_dir  # noqa: F401  Fixtures.

GENEROUS_SECONDS = 30


@pytest.fixture
def server(run_dir, monkeypatch, settings):  # noqa: F811
    monkeypatch.setitem(postgres._SETTINGS, "max_prepared_transactions", "5")
    own = Postgres()
    own.start()
    settings.HARNESS = settings.HARNESS | {"LISTEN_URL": own.url()}
    with psycopg.connect(own.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE flag (id integer PRIMARY KEY, share integer)")
        connection.execute("INSERT INTO flag VALUES (1, 0)")
    yield own
    own.stop()


@contextmanager
def connected(server, name):
    """A session; it may have been ended by the end of the block."""
    session = psycopg.connect(server.url(), application_name=name)
    yield session
    session.close()


@contextmanager
def waiting(server, name, statement):
    """A session that waits in a thread for what others hold; gives its connection, and when it began."""
    session, begun = psycopg.connect(server.url(), application_name=name), time.monotonic()

    def wait():
        with suppress(psycopg.Error):
            session.execute(statement)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    with psycopg.connect(server.url(), autocommit=True) as looking:
        is_waiting = "SELECT FROM pg_locks WHERE pid = %s AND NOT granted"
        while looking.execute(is_waiting, [session.info.backend_pid]).fetchone() is None:
            assert time.monotonic() - begun < GENEROUS_SECONDS
    yield session, begun
    session.cancel()
    thread.join(GENEROUS_SECONDS)
    session.close()


def seen_by(watch, condition):
    deadline = time.monotonic() + GENEROUS_SECONDS
    while not condition(watch):
        assert time.monotonic() < deadline, watch.seen
        time.sleep(0.02)
    return watch


class TestPreparedTransaction:
    @pytest.mark.parametrize(
        "takes",
        ["UPDATE flag SET share = 1", "SELECT pg_advisory_xact_lock(7)", "LOCK TABLE flag IN SHARE MODE"],
        ids=["a row", "an advisory lock", "a table"],
    )
    def test_is_named_with_the_statement_that_ends_it(self, server, takes):
        with connected(server, "coordinator") as holder:
            holder.execute(takes)
            holder.execute("PREPARE TRANSACTION 'somebody''s'")
        needs = "SELECT pg_advisory_xact_lock(7)" if "advisory" in takes else "UPDATE flag SET share = 2"
        with waiting(server, "flip", needs) as (flip, begun):
            with watched(pid=flip.info.backend_pid, since=begun) as watch:
                (holder,) = seen_by(watch, lambda watch: watch.seen).seen
        assert holder.who.startswith('the prepared transaction "somebody\'s" (role igny8, since ')
        assert (holder.remedy, holder.ended) == ("ROLLBACK PREPARED 'somebody''s';", False)


class TestSomebodyWhoWaits:
    def test_is_not_ended_but_the_one_waited_for(self, server):
        with connected(server, "holder") as holder:
            holder.execute("UPDATE flag SET share = 1")
            with (
                waiting(server, "bystander", "UPDATE flag SET share = 2") as (bystander, _),
                waiting(server, "flip", "UPDATE flag SET share = 3") as (flip, begun),
            ):
                with watched(pid=flip.info.backend_pid, since=begun) as watch:
                    seen_by(watch, lambda watch: watch.ended)
                assert [each.split(" ")[0] for each in watch.ended] == ["holder"]
                seen_by(watch, lambda _: bystander.info.transaction_status.name == "INTRANS")

    def test_for_a_moment_is_left_in_peace(self, server):
        """A transaction that is younger than a second may be a charge or a flip on its way."""
        with connected(server, "holder") as holder:
            holder.execute("UPDATE flag SET share = 1")
            with waiting(server, "flip", "UPDATE flag SET share = 3") as (flip, begun):
                watch = Watch(pid=flip.info.backend_pid, since=begun)
                with psycopg.connect(server.url(), autocommit=True) as looking:
                    watch._look_once(looking)
                assert [each.ended for each in watch.seen] == [False]
                assert watch.ended == []


class TestWatch:
    def test_that_cannot_look_says_so_and_ends_nobody(self, server, settings):
        settings.HARNESS = settings.HARNESS | {"LISTEN_URL": "postgres://nobody@127.0.0.1:1/nothing"}
        with watched(pid=1, since=time.monotonic() - 1) as watch:
            seen_by(watch, lambda watch: watch.blind)
        assert (watch.seen, watch.ended) == ([], [])
