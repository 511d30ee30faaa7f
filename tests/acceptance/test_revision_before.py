"""Yesterday's service on today's schema: up to phase 6 every schema migration is additive."""

import json

import pytest
from django.core.management import call_command
from django.db.models import Count, F, Sum

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import CreditTransaction, CreditUsageLog
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage

from .revision_before import RevisionBefore, unpack
from .trace import TRACE

ROWS = 60
FLAG = "model-based-credits"
REQUIRED = ("model-selection",)
"""What the flag requires by today's plan, and did not require then: flags are rows, and both obey them."""

pytestmark = [pytest.mark.usefixtures("committed_demo"), pytest.mark.legacy]


@pytest.fixture(scope="module")
def before(tmp_path_factory, committed_demo):
    """The revision before, which has charged sixty real requests on the database of this one."""
    revision = RevisionBefore(folder=unpack(tmp_path_factory.mktemp("before")))
    report = revision.harness("replay", str(TRACE), "--limit", str(ROWS), "--run", "before")
    assert report["done"] == ROWS
    return revision


def charge(account, operation_id):
    return CreditService.deduct_credits_for_operation(
        account=account,
        operation_type="clustering",
        model="gpt-5.1",
        usage=Usage(tokens_input=2_660, tokens_output=100),
        operation_id=operation_id,
    )


def priced_by(run):
    charges = CreditTransaction.objects.filter(operation_id__contains=run)
    return dict(charges.values_list("priced_by").annotate(Count("pk")).order_by())


class TestRevisionBefore:
    def test_charges_with_ledger_usage_log_and_evidence(self, before):
        deductions = CreditTransaction.objects.filter(transaction_type="deduction", operation_id__contains="before")
        assert deductions.count() == ROWS
        logs = CreditUsageLog.objects.filter(transaction__in=deductions, cost_usd__gt=0)
        assert logs.count() == ROWS
        assert logs.aggregate(sum=Sum("credits_used"))["sum"] == -deductions.aggregate(sum=Sum("amount"))["sum"]
        seam = before.harness("status")["seams"]["credits.text"]
        assert (seam["comparisons"], seam["verdicts"].get("mismatch", 0)) == (ROWS, 0)

    def test_leaves_every_balance_equal_to_its_entries(self, before):
        booked = Account.objects.annotate(booked=F("opening_credits") + Sum("transactions__amount"))
        assert booked.count() == 12
        assert [account.name for account in booked if account.booked != account.credits] == []

    def test_is_told_by_this_one_as_it_tells_itself(self, before, capsys):
        capsys.readouterr()
        call_command("harness", "status", "--json")
        here, there = json.loads(capsys.readouterr().out), before.harness("status")
        told = there["seams"]["credits.text"]
        mine = here["seams"]["credits.text"]
        # A verdict that it does not know yet, it has never given.
        since = {name: 0 for name in mine["verdicts"] if name not in told["verdicts"]}
        told["verdicts"] |= since
        assert {key: mine[key] for key in told} == told
        assert here["flags"][FLAG] == there["flags"][FLAG]

    def test_knows_what_this_one_has_charged_and_the_other_way_round(self, before, capsys):
        entries = CreditTransaction.objects.count()
        call_command("harness", "replay", str(TRACE), "--limit", str(ROWS), "--run", "before")
        assert CreditTransaction.objects.count() == entries
        call_command("harness", "replay", str(TRACE), "--limit", "12", "--run", "here")
        report = before.harness("replay", str(TRACE), "--limit", "12", "--run", "here")
        assert (report["done"], report["skipped"]) == (0, 12)

    def test_moves_an_account_and_rolls_back_for_both(self, before):
        account = Account.objects.order_by("pk").first()
        for name in (*REQUIRED, FLAG):
            before.harness("flag", name, "--account", str(account.pk), "--on", "--reason", "pilot")
        before.harness("replay", str(TRACE), "--limit", "24", "--run", "moved")
        assert priced_by("moved") == {"candidate": 2, "control": 22}
        assert charge(account, "this-one-moved").credits == 3
        before.harness("rollback", FLAG, "--reason", "enough")
        assert charge(account, "this-one-back").credits == 19
        before.harness("replay", str(TRACE), "--limit", "24", "--run", "rolled-back")
        assert priced_by("rolled-back") == {"control": 24}
        booked = Account.objects.annotate(booked=F("opening_credits") + Sum("transactions__amount"))
        assert [each.name for each in booked if each.booked != each.credits] == []
