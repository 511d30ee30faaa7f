"""A rollback while its surroundings fail: acknowledged, or ended with a sentence that says who holds it and what to do.

Short by default; ``make soak`` sets SOAK=1, tries each fault more often and prints how long the rollbacks took. No test
asserts how long: each waits with a generous limit.
"""

import logging
import signal
import socket
import threading
import time

import psutil
import psycopg
import pytest
from django.db import connection, transaction
from django.db.models.signals import post_save, pre_save

from migration_harness import queries
from migration_harness.control import rollback
from migration_harness.control.flips import FlagChange
from migration_harness.deciding import acknowledgement
from migration_harness.exceptions import FlipHeldUp
from tests.acceptance.conftest import committed_demo, database_url, selected, until  # noqa: F401  The demo, committed.
from tests.race.flipper import PLACES
from tests.race.holding import (
    FLAG,
    FULL,
    GENEROUS_SECONDS,
    HELD,
    HOLDER,
    LEAVES_CHARGES_ALONE,
    TIMES,
    charge,
    in_time,
    on,
    rolled_back,
    session,
)

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("selected")]

OTHER = "ai-models-endpoint"
NAMES = [FLAG, OTHER, "model-selection"]


@pytest.fixture
def figures(capsys, request):
    """Prints how long the rollbacks beside a fault took."""
    seconds = []
    yield seconds
    if FULL and seconds:
        with capsys.disabled():
            print(f"\n{request.node.name}: {len(seconds)} rollbacks, at most {1_000 * max(seconds):.0f} ms")  # noqa: T201


class TestSomebodyHolds:
    @pytest.mark.parametrize("held", [held for held in HELD if held != "the leases"])
    def test_what_a_rollback_needs_and_is_ended_and_named(self, held, figures):
        for _ in range(TIMES):
            on()
            with session(HELD[held]):
                proven, seconds = rolled_back()
            (named,) = proven.ended
            assert named.startswith(f"{HOLDER} (pid ")
            assert "idle in transaction" in named
            figures.append(seconds)

    def test_what_its_proof_is_read_from_and_it_is_proven_all_the_same(self, figures):
        on()
        with session(HELD["the leases"], ends=False):
            _, seconds = rolled_back()
        figures.append(seconds)

    @pytest.mark.parametrize("held", LEAVES_CHARGES_ALONE)
    def test_what_a_rollback_needs_and_charges_go_on(self, held, figures):
        on()
        came, number = [], 0
        with session(HELD[held], ends=held != "the leases"):
            rolling = threading.Thread(target=lambda: came.append(rolled_back()))
            rolling.start()
            while rolling.is_alive():
                number += 1
                charge(f"beside:{held}:{number}")
        ((_, seconds),) = came
        assert number
        figures.append(seconds)

    def test_several_things_and_all_are_ended(self, figures):
        on()
        with (
            session(HELD["the flag's row"], name="one"),
            session(HELD["the counter"], name="two"),
            session(HELD["the trail's lock"], name="three"),
        ):
            proven, seconds = rolled_back()
        assert [ended.split(" ")[0] for ended in proven.ended] == ["one", "two", "three"]
        figures.append(seconds)

    def test_one_flag_and_a_rollback_of_all_has_all(self, figures):
        for name in NAMES:
            on(name)
        with session(HELD["the flag's row"]):
            _, seconds = rolled_back(NAMES)
        figures.append(seconds)
        on("model-selection")

    def test_a_key_in_its_last_statement_and_it_is_not_told(self):
        on()
        with session(HELD["the counter"], "SELECT 'sk-secret', $$sk-secret$$, 'sk-sec'"):
            proven, _ = rolled_back()
        assert "sk-sec" not in "".join(proven.ended)


@pytest.fixture
def weak_role():
    """The control plane connects with a role that may change the tables, and end nobody else's session."""
    role, settings = "weak_operator", connection.settings_dict
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'weak'")
        cursor.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
        cursor.execute(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}")
    strong = {key: settings[key] for key in ("USER", "PASSWORD")}
    url = database_url()
    connection.close()
    settings.update(USER=role, PASSWORD="weak")
    yield url
    connection.close()
    settings.update(strong)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {role}")
        cursor.execute(f"DROP ROLE {role}")


class TestSomebodyWhoCannotBeEnded:
    @pytest.mark.parametrize("held", ["the flag's row", "the counter", "the trail's lock", "the trail's head"])
    def test_is_named_with_the_statement_that_ends_them(self, weak_role, held):
        on()
        holder = psycopg.connect(weak_role, application_name=HOLDER)
        holder.execute(HELD[held])
        _, error, _ = in_time(lambda: rollback.roll_back(names=[FLAG], actor="tester"))
        assert isinstance(error, FlipHeldUp)
        assert f"{FLAG}: not done" in str(error)
        assert f"{HOLDER} (pid {holder.info.backend_pid}" in str(error)
        assert f"SELECT pg_terminate_backend({holder.info.backend_pid});" in str(error)
        assert queries.flag_status(FLAG).everyone is True
        holder.close()
        rolled_back()

    def test_holds_up_the_other_flags_no_longer(self, weak_role):
        on()
        on(OTHER)
        with psycopg.connect(weak_role, application_name=HOLDER) as holder:
            holder.execute(HELD["the flag's row"])
            proven, error, _ = in_time(lambda: rollback.roll_back(names=[FLAG, OTHER], actor="tester"))
        assert error is None
        assert [name for name, _ in proven.refused] == [FLAG]
        assert queries.flag_status(OTHER).everyone is False
        rolled_back()


class TestStoppedFlip:
    @pytest.mark.parametrize("where", PLACES)
    @pytest.mark.parametrize("of", [FLAG, OTHER])
    def test_holds_up_no_rollback_and_changes_nothing_when_it_goes_on(self, nursery, tmp_path, where, of, figures):
        for _ in range(TIMES):
            on()
            # One that has gone on has changed this: the next one would find nothing to do, and not come to its place.
            rollback.change_flag(name=of, change=FlagChange(share_bps=0), actor="tester")
            log = tmp_path / "flipper"
            stopped = nursery.born("tests.race.flipper", of, where, log=log)
            try:
                until(lambda: stopped.status() == psutil.STATUS_STOPPED)  # noqa: B023  It is called here.
                _, seconds = rolled_back()
                charge(f"beside:{where}:{of}:{time.monotonic_ns()}")
            finally:
                stopped.send_signal(signal.SIGCONT)
                stopped.wait(GENEROUS_SECONDS)
            told = log.read_text().splitlines()[-1]
            assert told == "done" or "not done" in told
            assert queries.flag_status(FLAG).everyone is False
            figures.append(seconds)


class TestCache:
    @pytest.fixture(params=["down", "hanging"])
    def cache(self, request, settings):
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            if request.param == "hanging":
                listening.listen()  # It accepts, and never answers.
            location = f"redis://127.0.0.1:{listening.getsockname()[1]}"
            settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": location}}
            yield

    def test_is_not_needed_for_a_rollback_of_all_flags(self, cache, figures):
        for name in NAMES:
            on(name)
        _, seconds = rolled_back(NAMES)
        figures.append(seconds)
        on("model-selection")


class TestRole:
    @pytest.fixture
    def short_limits(self):
        on()
        limits = ("statement_timeout", "lock_timeout", "transaction_timeout", "idle_in_transaction_session_timeout")
        name = connection.settings_dict["NAME"]
        with connection.cursor() as cursor:
            for limit in limits:
                cursor.execute(f"ALTER DATABASE {name} SET {limit} = '50ms'")
            cursor.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        yield
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")
            cursor.execute(f"ALTER DATABASE {name} RESET ALL")
        connection.close()

    def test_with_short_limits_waits_as_long_as_any_other(self, short_limits, figures):
        unlimited = "-c transaction_timeout=0 -c idle_in_transaction_session_timeout=0 -c statement_timeout=0"
        writing = f"{unlimited} -c default_transaction_read_only=off"
        holding = psycopg.connect(database_url(), options=writing)
        holding.execute(HELD["the counter"])
        waited = []

        def release_a_while_later():
            with psycopg.connect(database_url(), options=unlimited, autocommit=True) as looking:
                waiting = "SELECT FROM pg_locks WHERE NOT granted"
                waited.append(until(lambda: looking.execute(waiting).fetchone() is not None))
            time.sleep(0.2)
            holding.close()

        threading.Thread(target=release_a_while_later, daemon=True).start()
        _, error, seconds = in_time(lambda: rollback.roll_back(names=[FLAG], actor="tester"))
        assert error is None
        assert waited == [True]
        assert queries.flag_status(FLAG).everyone is False
        figures.append(seconds)


class TestHost:
    """Whatever the host does beside a flip is its own affair."""

    @pytest.fixture(params=["raises", "hangs"])
    def fault(self, request):
        over = threading.Event()

        def fail(*_, **__):
            if request.param == "raises":
                raise RuntimeError("the host's")
            over.wait(GENEROUS_SECONDS * 2)

        yield fail
        over.set()

    def test_receivers_are_not_asked(self, fault, figures):
        on()
        for sent in (pre_save, post_save):
            sent.connect(fault, weak=False, dispatch_uid="host")
        try:
            _, seconds = rolled_back()
            rollback.change_flag(name=FLAG, change=FlagChange(account_id="1", membership="on"), actor="tester")
            rollback.change_flag(name=FLAG, change=FlagChange(account_id="1", membership="inherit"), actor="tester")
        finally:
            for sent in (pre_save, post_save):
                sent.disconnect(dispatch_uid="host")
        figures.append(seconds)

    def test_log_handlers_hold_nobody_up(self, fault, figures):
        class Broken(logging.Handler):
            def emit(self, record):
                fault()

        handler = Broken()
        on()
        logging.getLogger("harness").addHandler(handler)
        try:
            _, seconds = rolled_back([FLAG, OTHER])
        finally:
            logging.getLogger("harness").removeHandler(handler)
        figures.append(seconds)

    def test_listener_that_hears_nothing_holds_nobody_up(self, figures):
        on()
        with session("LISTEN harness_epoch", "SELECT 1", ends=False):
            _, seconds = rolled_back()
        figures.append(seconds)


class TestLostConnection:
    """The server has ended the connection of whoever rolls back: a restart, a DBA, a limit on idle sessions."""

    @pytest.mark.parametrize(
        ("where", "before"),
        [(rollback, "Patience"), (acknowledgement, "_leases")],
        ids=["before the flip", "while it is waited for the proof"],
    )
    def test_is_replaced(self, where, before, monkeypatch, figures):
        on()
        original, ended = getattr(where, before), []

        def lose_once(*args, **kwargs):
            if not ended:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid()")
                    ended.extend(cursor.fetchone())
                with psycopg.connect(database_url(), autocommit=True) as dba:
                    dba.execute("SELECT pg_terminate_backend(%s, 5000)", ended)
            return original(*args, **kwargs)

        monkeypatch.setattr(where, before, lose_once)
        _, seconds = rolled_back()
        assert ended
        figures.append(seconds)


class TestCaller:
    def test_finds_the_limits_of_its_own_transaction_as_they_were(self):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '7s'")
            cursor.execute("SET LOCAL statement_timeout = '8s'")
            rollback.flips.change_flag(name=FLAG, change=FlagChange(share_bps=77), actor="tester")
            cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
            assert cursor.fetchone() == ("7s", "8s")

    def test_finds_no_limit_in_its_session_after_a_flip(self):
        on()
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout'), current_setting('transaction_timeout')")
            assert cursor.fetchone() == ("0", "0")
