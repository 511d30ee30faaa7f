"""Evidence that cannot be written, whatever the reason: the legacy price, once, and an alarm."""

import pytest
import structlog
from django.db import DatabaseError, OperationalError, connection, transaction

from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import InsufficientCreditsError, OperationConflict
from igny8_core.business.billing.models import CreditTransaction, CreditUsageLog
from igny8_core.business.billing.seams import credit_cost
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from igny8_core.seed import DEMO_CREDITS
from migration_harness.api import ExecutionPath, unit_of_work
from migration_harness.deciding.stages import Stage
from migration_harness.log import recorder
from migration_harness.models import Comparison, ComparisonSample
from migration_harness.testing import fixed_flags, flag_at

pytestmark = pytest.mark.django_db(transaction=True)

FLAG = "model-based-credits"
LEGACY, NEW = 19, 3
FAILURES = {
    "a trigger": "RAISE EXCEPTION 'no'",
    "a rule of the table": "RAISE EXCEPTION 'no' USING ERRCODE = '23514'",
    "a full disk": "RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'",
    "too little memory": "RAISE EXCEPTION 'out of memory' USING ERRCODE = '53200'",
    "a lock that is not given": "RAISE EXCEPTION 'lock timeout' USING ERRCODE = '55P03'",
    "a deadlock": "RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'",
    "a missing table": "PERFORM FROM no_such_table",
    "a division by zero": "PERFORM 1 / 0",
}


def deduct(account):
    return CreditService.deduct_credits_for_operation(
        account=account, operation_type="clustering", model="gpt-5.1",
        usage=Usage(tokens_input=2_000, tokens_output=760), operation_id="op",
    )  # fmt: skip


def ledger(account):
    """What is charged: balance, entries by side, usage logs, comparisons."""
    entries = CreditTransaction.objects.filter(operation_id="op").values_list("amount", "priced_by", "flag_epoch")
    logs = CreditUsageLog.objects.values_list("credits_used", flat=True)
    return Account.objects.get(pk=account.pk).credits, list(entries), list(logs), Comparison.objects.count()


CHARGED_AS_OFF = (DEMO_CREDITS - LEGACY, [(-LEGACY, "control", 0)], [LEGACY], 0)
NOTHING = (DEMO_CREDITS, [], [], 0)


@pytest.fixture
def failing():
    """Let every row of a table of the log fail in this way."""
    tables = []

    def fail(statement, *, table="migration_harness_comparison"):
        tables.append(table)
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {statement}; RETURN NEW; END $$"
            )
            cursor.execute(f"CREATE TRIGGER fail BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION fail()")

    yield fail
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DROP TRIGGER fail ON {table}")
        cursor.execute("DROP FUNCTION IF EXISTS fail")


@pytest.mark.parametrize("stage", [Stage.SHADOW, Stage.LIVE])
class TestLostEvidence:
    @pytest.mark.parametrize("why", FAILURES)
    @pytest.mark.parametrize("in_transaction", [False, True], ids=["alone", "in a transaction"])
    def test_leaves_one_charge_at_the_legacy_price_and_an_alarm(self, account, failing, stage, why, in_transaction):
        failing(FAILURES[why])
        with fixed_flags(flag_at(FLAG, stage)), structlog.testing.capture_logs() as events:
            if in_transaction:
                with transaction.atomic():
                    receipt = deduct(account)
            else:
                receipt = deduct(account)
        assert (receipt.credits, ledger(account)) == (LEGACY, CHARGED_AS_OFF)
        assert [(e["event"], e["operation_id"], e["charged_as"]) for e in events] == [
            ("harness.evidence_lost", "op", "off")
        ]

    def test_of_a_sample_is_that_of_its_comparison(self, account, failing, stage):
        failing("RAISE EXCEPTION 'no'", table="migration_harness_comparisonsample")
        with fixed_flags(flag_at(FLAG, stage)), structlog.testing.capture_logs() as events:
            deduct(account)
        assert ledger(account) == CHARGED_AS_OFF
        assert [e["event"] for e in events] == ["harness.evidence_lost"]

    def test_is_not_what_a_statement_out_of_time_is_about(self, account, failing, stage):
        failing("PERFORM pg_sleep(5)")
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '200ms'")
        try:
            with fixed_flags(flag_at(FLAG, stage)), structlog.testing.capture_logs() as events:
                with pytest.raises(OperationalError, match="statement timeout"):
                    deduct(account)
        finally:
            connection.close()
        assert ledger(account) == NOTHING
        assert events == []

    def test_for_want_of_time_for_the_charge_ends_the_connection_and_nothing_is_charged(self, account, failing, stage):
        """The server ends a charge of more than a second: the caller is told, and its next try charges once."""
        failing("PERFORM pg_sleep(5)")
        with fixed_flags(flag_at(FLAG, stage)):
            with pytest.raises(DatabaseError):
                deduct(account)
            assert ledger(account) == NOTHING
            failing("RAISE EXCEPTION 'no'", table="migration_harness_comparisonsample")
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE migration_harness_comparison DISABLE TRIGGER fail")
            deduct(account)
        assert ledger(account) == CHARGED_AS_OFF


class TestCallersTransaction:
    """The bound on waiting for the log is the evidence's alone."""

    @pytest.mark.parametrize("why", [None, *FAILURES])
    def test_keeps_its_own_limits(self, account, failing, why):
        if why is not None:
            failing(FAILURES[why])
        with fixed_flags(flag_at(FLAG, Stage.SHADOW)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '7s'")
            deduct(account)
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() == ("7s",)
        assert Comparison.objects.count() == (why is None)


class TestAlarm:
    """Of a charge that was not made there is nothing to say, and no evidence was lost."""

    @pytest.fixture(params=["made", "written"])
    def lost(self, request, failing, monkeypatch):
        """Evidence is lost before the statement that writes the charge, or in it."""
        if request.param == "written":
            failing("RAISE EXCEPTION 'no'")
            return

        def fail(comparison):
            raise RuntimeError

        monkeypatch.setattr(recorder, "evidence_of", fail)

    def charge(self, account, why):
        match why:
            case "too few credits":
                take = CreditService.take_credits
                take(account=account, amount=DEMO_CREDITS - 1, description="spent", operation_id="spent")
                with pytest.raises(InsufficientCreditsError):
                    deduct(account)
            case "other content":
                with pytest.raises(OperationConflict):
                    deduct(Account.objects.exclude(pk=account.pk).first())
            case "the same again":
                assert deduct(account).repeated
            case "the caller's transaction":
                with pytest.raises(KeyError), transaction.atomic():
                    deduct(account)
                    raise KeyError

    @pytest.mark.parametrize("stage", [Stage.SHADOW, Stage.LIVE])
    @pytest.mark.parametrize("why", ["too few credits", "other content", "the same again", "the caller's transaction"])
    @pytest.mark.usefixtures("lost")
    def test_is_not_raised_where_nothing_was_charged(self, account, stage, why):
        if why in ("other content", "the same again"):
            with fixed_flags(flag_at(FLAG, Stage.OFF)):
                deduct(account)
        with fixed_flags(flag_at(FLAG, stage)), structlog.testing.capture_logs() as events:
            self.charge(account, why)
        assert events == []


@pytest.mark.parametrize("bad", ["\x00", "\ud800"], ids=["NUL", "half a surrogate pair"])
@pytest.mark.parametrize(("stage", "credits"), [(Stage.SHADOW, LEGACY), (Stage.LIVE, NEW)])
class TestEvidenceWithATextThatCannotBeKept:
    def test_is_written_with_a_mark_in_it(self, account, stage, credits, bad):
        with (
            fixed_flags(flag_at(FLAG, stage)),
            unit_of_work(execution_path=ExecutionPath.MANUAL, request_id=f"r{bad}1", run=f"x{bad}"),
            structlog.testing.capture_logs() as events,
        ):
            assert deduct(account).credits == credits
        found = Comparison.objects.get()
        assert (found.request_id, found.run, found.verdict) == ("r\ufffd1", "x\ufffd", "intended")
        assert events == []


@pytest.mark.parametrize("bad", ["\x00", "\ud800"], ids=["NUL", "half a surrogate pair"])
@pytest.mark.parametrize(("stage", "credits"), [(Stage.SHADOW, LEGACY), (Stage.LIVE, NEW)])
class TestGroupWithATextThatCannotBeKept:
    def test_is_written_with_a_mark_in_it_and_with_its_sample(self, account, stage, credits, bad, monkeypatch):
        monkeypatch.setattr(credit_cost, "group_by", lambda *_: ("clustering", f"g{bad}"))
        account.name = f"n{bad}"
        with fixed_flags(flag_at(FLAG, stage)):
            assert deduct(account).credits == credits
        assert Comparison.objects.get().group == ["clustering", "g\ufffd"]
        assert ComparisonSample.objects.get().group == ["clustering", "g\ufffd"]
