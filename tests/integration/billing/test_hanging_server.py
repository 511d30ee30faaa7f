"""A charge while the server says nothing: it can be interrupted, it has a bound, and its id charges once."""

import os
import signal
import threading

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import DEFAULT_DB_ALIAS, DatabaseError, OperationalError, connection, connections

from igny8_core.business.billing.models import CreditTransaction
from igny8_core.business.billing.services import statement
from igny8_core.seed import DEMO_CREDITS
from migration_harness.deciding.stages import Stage
from migration_harness.testing import fixed_flags, flag_at

from .charging import FLAG, balance
from .swallowing import Swallowing
from .test_errors_of_a_charge import LEGACY, alone, by_the_orm, in_a_transaction, with_a_result

pytestmark = pytest.mark.django_db(transaction=True)

WAYS = [alone, with_a_result, in_a_transaction, by_the_orm]


@pytest.fixture(autouse=True)
def _flags():
    with fixed_flags(flag_at(FLAG, Stage.SHADOW)):
        yield


@pytest.fixture
def swallowing(account):
    """This thread's connection goes through here, and has charged before."""
    way = Swallowing()
    direct = connections[DEFAULT_DB_ALIAS]
    through = direct.copy()
    through.settings_dict.update(HOST="127.0.0.1", PORT=way.port)
    connections[DEFAULT_DB_ALIAS] = through
    alone(account, "before")
    yield way
    connections[DEFAULT_DB_ALIAS] = direct
    way.close()
    through.close()


@pytest.fixture
def time_limit():
    """A worker's time limit: a signal whose handler raises; returns what sends it when an event has come."""

    def over(*_):
        raise SoftTimeLimitExceeded

    before = signal.signal(signal.SIGALRM, over)
    yield signal.SIGALRM, SoftTimeLimitExceeded
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def ctrl_c():
    """Ctrl-C as at a prompt: whatever runs in the background has been told to ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield signal.SIGINT
    signal.signal(signal.SIGINT, before)


def send(signal_, *, when):
    """Send this process a signal when something has happened."""
    threading.Thread(target=lambda: (when(), os.kill(os.getpid(), signal_)), daemon=True).start()


def charges():
    return CreditTransaction.objects.filter(operation_id="op").count()


class TestServerThatSaysNothing:
    @pytest.mark.parametrize("way", WAYS)
    def test_lets_a_charge_be_ended_by_a_time_limit(self, account, swallowing, time_limit, way):
        number, error = time_limit
        swallowing.stop()
        send(number, when=lambda: swallowing.asked.wait(60))
        with pytest.raises(error):
            way(account)
        self.charge_again(account, way)

    def test_lets_a_charge_be_ended_by_ctrl_c(self, account, swallowing, ctrl_c):
        swallowing.stop()
        send(ctrl_c, when=lambda: swallowing.asked.wait(60))
        with pytest.raises(KeyboardInterrupt):
            alone(account)
        self.charge_again(account, alone)

    def test_is_given_up_with_what_to_do(self, swallowing, monkeypatch):
        """The statement of a charge alone: what else is read before it may hang as any query does."""
        answers = statement.Statement("SELECT $1::text")
        monkeypatch.setattr(statement, "ANSWER_SECONDS", 0.2)
        swallowing.stop()
        with pytest.raises(OperationalError, match="make it again with the same operation id, which charges once"):
            answers.execute_alone(["a"], database=connection, effect="a charge")
        assert answers.execute_alone(["a"], database=connection, effect="a charge") == ["a"]

    def charge_again(self, account, way):
        """The server may have made the charge or not; now it is made, once."""
        connection.close()
        if way is not by_the_orm:
            way(account)
            assert charges() == 1
        assert balance(account) == DEMO_CREDITS - LEGACY * (1 + charges())


class TestServerThatWorks:
    def test_is_told_that_nobody_waits_any_more(self, account, time_limit):
        """The charge waits for the account; it is cancelled, and not made when the account is free."""
        number, error = time_limit
        holder = connection.copy()
        holder.set_autocommit(False)
        try:
            with holder.cursor() as cursor:
                cursor.execute("SELECT FROM igny8_auth_account WHERE id = %s FOR UPDATE", [account.pk])
            send(number, when=until_somebody_waits)
            with pytest.raises(error):
                alone(account)
        finally:
            holder.rollback()
            holder.close()
        until_nobody_else_works()
        assert (charges(), balance(account)) == (0, DEMO_CREDITS)

    def test_that_refuses_the_commit_has_not_charged(self, account):
        """The row has come by then."""
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$"
            )
            cursor.execute(
                "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON billing_creditusagelog DEFERRABLE INITIALLY DEFERRED "
                "FOR EACH ROW EXECUTE FUNCTION refuse()"
            )
        try:
            with pytest.raises(DatabaseError, match="no"):
                alone(account)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("DROP FUNCTION refuse CASCADE")
        assert (charges(), balance(account)) == (0, DEMO_CREDITS)


def until_somebody_waits():
    _until("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
    connections.close_all()


def until_nobody_else_works():
    _until(
        "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() "
        "AND state <> 'idle' AND pid <> pg_backend_pid())"
    )


def _until(question):
    with connection.cursor() as cursor:
        for _ in range(100_000):
            cursor.execute(question)
            if cursor.fetchone()[0]:
                return
    raise AssertionError(question)
