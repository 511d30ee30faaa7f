"""Nineteen thousand real requests through both paths."""

import json
from collections import Counter

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum
from django.test import override_settings

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import CreditUsageLog

from .trace import TRACE, expected

pytestmark = pytest.mark.usefixtures("replayed")

ROWS = 19_366


def status(capsys):
    """Return the contract of ``status --json``, of the seams those that were compared."""
    capsys.readouterr()
    call_command("harness", "status", "--json")
    found = json.loads(capsys.readouterr().out)
    return found | {"seams": {name: seam for name, seam in found["seams"].items() if seam["comparisons"]}}


@pytest.fixture(scope="module")
def replayed(committed_demo):
    """The whole trace, replayed once with all flags at shadow; rates are remembered as in production."""
    with override_settings(IGNY8_RATES_SECONDS=1.0):
        call_command("harness", "replay", str(TRACE), "--run", "first")


class TestFullReplay:
    def test_compares_every_request_on_both_seams(self, capsys):
        found = status(capsys)["seams"]
        assert {name: seam["comparisons"] for name, seam in found.items()} == {
            "credits.text": ROWS, "keys.provider_key": ROWS,
        }  # fmt: skip

    def test_finds_only_matches_and_intended_differences(self, capsys):
        found = status(capsys)["seams"]
        verdicts = {name: +Counter(seam["verdicts"]) for name, seam in found.items()}
        assert verdicts == {
            "credits.text": {"match": 292, "intended": 19_074},
            "keys.provider_key": {"match": ROWS},
        }

    def test_sums_both_prices_as_an_independent_computation_does(self, capsys):
        rows = list(expected())
        sums = {"control": str(sum(r[2] for r in rows)), "candidate": str(sum(r[3] for r in rows))}
        assert sums == {"control": "186313", "candidate": "31820"}
        assert status(capsys)["seams"]["credits.text"]["measures"] == sums

    @pytest.mark.legacy
    def test_charges_every_customer_the_legacy_price(self):
        charged = dict(
            CreditUsageLog.objects.values_list("operation_type").annotate(total=Sum("credits_used")).order_by()
        )
        legacy = Counter()
        for operation, _, price, _ in expected():
            legacy[operation] += price
        assert charged == dict(legacy)

    def test_leaves_one_comparison_for_each_charge(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*), count(DISTINCT c.operation_id), count(t.id) FROM migration_harness_comparison c "
                "LEFT JOIN billing_credittransaction t ON t.operation_id = c.operation_id "
                "AND t.control_credits = c.control_measure AND t.candidate_credits = c.candidate_measure "
                "WHERE c.seam = 'credits.text'"
            )
            assert cursor.fetchone() == (ROWS, ROWS, ROWS)

    @pytest.mark.legacy
    def test_counts_as_replay_and_as_nothing_else(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT execution_path, run FROM migration_harness_comparison")
            assert cursor.fetchall() == [("replay", "first")]

    def test_run_again_charges_nothing(self, capsys):
        call_command("harness", "replay", str(TRACE), "--run", "first", "--json")
        report = json.loads(capsys.readouterr().out)
        assert (report["done"], report["skipped"]) == (0, ROWS)

    def test_leaves_a_ledger_that_adds_up_for_every_account(self):
        for account in Account.objects.all():
            total = account.transactions.aggregate(total=Sum("amount"))["total"]
            assert account.opening_credits + total == account.credits
