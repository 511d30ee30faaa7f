"""What each error of the database does to a charge, by SQLSTATE and by where it happens: docs/reference.md, Charges.

An error of the evidence costs the charge its evidence: it is made at the legacy price, once, with an alarm. Any other
error is the caller's, and nothing is charged.
"""

from contextlib import suppress

import pytest
import structlog
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import CreditCalculationError
from igny8_core.business.billing.models import CreditTransaction, CreditUsageLog
from igny8_core.business.billing.seams import credit_cost
from igny8_core.seed import DEMO_CREDITS
from migration_harness.deciding.stages import Stage
from migration_harness.models import Comparison
from migration_harness.seams.charge import charge
from migration_harness.testing import fixed_flags, flag_at

from .charging import FLAG, USAGE, balance, deduct

pytestmark = pytest.mark.django_db(transaction=True)

LEGACY = 19
EVIDENCE, LEDGER = "migration_harness_comparison", "billing_credittransaction"

LOSES_EVIDENCE = {
    "22003": "a number that is out of range", "22P02": "a text that cannot be read", "23502": "a value that is missing",
    "23505": "a row that is there", "23514": "a rule of the table, or no partition", "40P01": "a deadlock",
    "42501": "no permission", "42703": "no such column", "42P01": "no such table", "53100": "a full disk",
    "53200": "too little memory", "53300": "too many connections", "54000": "a limit",
    "55P03": "a lock that is not given",
    "58030": "a disk that fails",
    "P0001": "a trigger", "P0004": "an assertion", "XX001": "a table that is corrupt",
}  # fmt: skip
IS_THE_CALLERS = {"40001": "a transaction that cannot be serialized", "57014": "cancelled, or out of time"}


def alone(account, operation_id="op"):
    return deduct(account, operation_id=operation_id).credits


def with_a_result(account, operation_id="op"):
    def save(receipt):
        Account.objects.filter(pk=account.pk).update(name="saved")

    return deduct(account, operation_id=operation_id, save=save).credits


def in_a_transaction(account, operation_id="op"):
    with transaction.atomic():
        return deduct(account, operation_id=operation_id).credits


def by_the_orm(account, operation_id="op"):
    with charge(operation_id=operation_id) as made:
        cost = credit_cost(account=account, operation="clustering", model="gpt-5.1", usage=USAGE)
        before = Account.objects.select_for_update().get(pk=account.pk).credits
        CreditTransaction.objects.create(
            account=account, transaction_type="deduction", amount=-cost, balance_after=before - cost,
            description="by the ORM", operation_id=operation_id, priced_by=made.answered_by, flag_epoch=made.epoch,
            created_at=timezone.now(),
        )  # fmt: skip
    return cost


def by_the_orm_in_a_transaction(account, operation_id="op"):
    with transaction.atomic():
        return by_the_orm(account, operation_id)


WAYS = [alone, with_a_result, in_a_transaction, by_the_orm, by_the_orm_in_a_transaction]


@pytest.fixture
def failing():
    """Let the rows of a table fail as the setting ``test.fails`` says: with an SQLSTATE, or by a statement."""
    tables = []

    def fail(table):
        tables.append(table)
        with connection.cursor() as cursor:
            cursor.execute(
                """CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
                DECLARE how text := coalesce(current_setting('test.fails', true), '');
                BEGIN
                    IF length(how) = 5 THEN
                        RAISE EXCEPTION 'planted' USING ERRCODE = how;
                    ELSIF how <> '' THEN
                        EXECUTE how;
                        PERFORM pg_sleep(5);
                    END IF;
                    RETURN NEW;
                END $$"""
            )
            cursor.execute(f"CREATE TRIGGER fail BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION fail()")

    yield fail
    connection.close()
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DROP TRIGGER fail ON {table}")
        cursor.execute("DROP FUNCTION IF EXISTS fail")


def came_of(way, account, how):
    """Return what a charge comes to: how it ended, the ledger's entries, usage logs, comparisons and alarms of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('test.fails', %s, false)", [how])
    entries = CreditTransaction.objects.filter(operation_id=f"op:{how}")
    before = balance(account), CreditUsageLog.objects.count(), Comparison.objects.count()
    with structlog.testing.capture_logs() as events:
        try:
            ended = way(account, f"op:{how}")
        except (DatabaseError, CreditCalculationError) as error:
            ended = getattr(error.__cause__, "sqlstate", None) or type(error).__name__
    connection.close()
    after = balance(account), CreditUsageLog.objects.count(), Comparison.objects.count()
    paid, used, compared = (then - now for now, then in zip(after, before, strict=True))
    sides = list(entries.values_list("priced_by", flat=True))
    assert -used == (0 if way in (by_the_orm, by_the_orm_in_a_transaction) else len(sides))
    return ended, paid, sides, -compared, [event["event"] for event in events]


CHARGED_AS_OFF = (LEGACY, LEGACY, ["control"], 0, ["harness.evidence_lost"])


def error(state):
    return state, 0, [], 0, []


@pytest.mark.parametrize("stage", [Stage.SHADOW, Stage.LIVE])
@pytest.mark.parametrize("way", WAYS)
class TestAnError:
    def test_of_the_evidence_costs_the_evidence_or_the_charge(self, account, failing, way, stage):
        failing(EVIDENCE)
        with fixed_flags(flag_at(FLAG, stage)):
            found = {how: came_of(way, account, how) for how in LOSES_EVIDENCE | IS_THE_CALLERS}
        assert found == dict.fromkeys(LOSES_EVIDENCE, CHARGED_AS_OFF) | {how: error(how) for how in IS_THE_CALLERS}

    def test_of_the_ledger_costs_the_charge(self, account, failing, way, stage):
        failing(LEDGER)
        with fixed_flags(flag_at(FLAG, stage)):
            found = {how: came_of(way, account, how) for how in LOSES_EVIDENCE | IS_THE_CALLERS}
        assert found == {how: error(how) for how in found}

    @pytest.mark.parametrize("table", [EVIDENCE, LEDGER])
    def test_that_stops_the_statement_costs_the_charge(self, account, failing, way, stage, table):
        """What happens to the statement is never about the evidence, wherever it happens to be."""
        failing(table)
        stops = {
            "cancelled": "SELECT pg_cancel_backend(pg_backend_pid())",
            "ended": "SELECT pg_terminate_backend(pg_backend_pid())",
        }
        with fixed_flags(flag_at(FLAG, stage)):
            found = {why: came_of(way, account, how) for why, how in stops.items()}
        assert found["cancelled"] == error("57014")
        assert found["ended"] in (error("57P01"), error("OperationalError"))


class TestValue:
    """Evidence is read where its loss is known, so that one that cannot be read is lost and no error of the charge."""

    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("part", ["comparison", "sample"])
    def test_that_cannot_be_read_is_lost_evidence(self, account, monkeypatch, way, part):
        from dataclasses import replace

        from migration_harness.log import recorder

        made = recorder.evidence_of
        monkeypatch.setattr(recorder, "evidence_of", lambda c: replace(made(c), **{part: "(what is this"}))
        with fixed_flags(flag_at(FLAG, Stage.LIVE)):
            assert came_of(way, account, "") == CHARGED_AS_OFF


class TestLegacyPriceThatIsNotKnown:
    """Evidence is lost, and there is no legacy price that could be charged in its place."""

    @pytest.mark.parametrize("way", WAYS)
    def test_leaves_the_error_to_the_caller_and_charges_nothing(self, account, failing, monkeypatch, way):
        def has_no_price(**_):
            raise CreditCalculationError("no price")

        monkeypatch.setattr(credit_cost, "control", has_no_price)
        failing(EVIDENCE)
        with fixed_flags(flag_at(FLAG, Stage.LIVE)):
            found = came_of(way, account, "53100")
        by_the_control = way in (by_the_orm, by_the_orm_in_a_transaction)
        assert found == error("CreditCalculationError" if by_the_control else "MH001")


class TestTransactionThatHasFailed:
    """The caller went on after an error of the database."""

    @pytest.mark.parametrize("way", WAYS)
    def test_takes_no_charge(self, account, way):
        with fixed_flags(flag_at(FLAG, Stage.LIVE)), pytest.raises(DatabaseError) as raised, transaction.atomic():
            with suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("SELECT no_such_column")
            way(account)
        assert raised.value.__cause__.sqlstate == "25P02"
        assert (balance(account), CreditTransaction.objects.filter(operation_id="op").count()) == (DEMO_CREDITS, 0)


class TestLockOnTheLog:
    """Somebody changes the log's table and takes their time."""

    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("table", [EVIDENCE, "migration_harness_comparison_default"])
    def test_is_waited_for_briefly_and_then_evidence_is_lost(self, account, way, table):
        other = connection.copy()
        other.set_autocommit(False)
        try:
            with other.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            with fixed_flags(flag_at(FLAG, Stage.LIVE)), structlog.testing.capture_logs() as events:
                assert way(account) == LEGACY
        finally:
            other.rollback()
            other.close()
        assert [(e["event"], e["error"]) for e in events] == [("harness.evidence_lost", "LockNotAvailable")]
        assert balance(account) == DEMO_CREDITS - LEGACY

    def test_of_the_ledger_is_the_callers(self, account):
        """Its role gives a lock no time."""
        other = connection.copy()
        other.set_autocommit(False)
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT FROM igny8_auth_account WHERE id = %s FOR UPDATE", [account.pk])
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '20ms'")
            with fixed_flags(flag_at(FLAG, Stage.LIVE)), pytest.raises(DatabaseError) as raised:
                deduct(account)
        finally:
            other.rollback()
            other.close()
            connection.close()
        assert raised.value.__cause__.sqlstate == "55P03"
        assert balance(account) == DEMO_CREDITS
