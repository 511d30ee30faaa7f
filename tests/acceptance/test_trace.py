"""Real requests through both paths: two thousand of the trace, and with SOAK=1 all nineteen thousand."""

import json
from collections import Counter
from itertools import islice

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum
from django.test import override_settings

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import CreditUsageLog
from tests.selection import FULL

from .trace import TRACE, expected

pytestmark = pytest.mark.usefixtures("replayed")

ROWS = 19_366 if FULL else 2_000
KNOWN = {"match": 292, "intended": 19_074, "control": "186313", "candidate": "31820"}
"""What both prices come to in the whole trace."""


def status(capsys):
    """Return the contract of ``status --json``, of the seams those that were compared."""
    capsys.readouterr()
    call_command("harness", "status", "--json")
    found = json.loads(capsys.readouterr().out)
    return found | {"seams": {name: seam for name, seam in found["seams"].items() if seam["comparisons"]}}


def computed(count=None):
    """Return what the first rows come to, or all, from the file and the published prices alone."""
    rows = list(islice(expected(), count))
    alike = sum(1 for _, _, before, after in rows if before == after)
    sums = {"control": str(sum(row[2] for row in rows)), "candidate": str(sum(row[3] for row in rows))}
    return {"match": alike, "intended": len(rows) - alike, **sums}


@pytest.fixture(scope="module")
def trace(tmp_path_factory):
    """The first rows of the trace, and of the long form all."""
    with TRACE.open() as whole:
        first = tmp_path_factory.mktemp("trace") / TRACE.name
        first.write_text("".join(islice(whole, 1 + ROWS)))
        return str(first)


@pytest.fixture(scope="module")
def replayed(committed_demo, trace):
    """The trace, replayed once with all flags at shadow; rates are remembered as in production."""
    with override_settings(IGNY8_RATES_SECONDS=1.0):
        call_command("harness", "replay", trace, "--run", "first")


def test_whole_trace_is_what_was_published():
    assert computed() == KNOWN


class TestReplay:
    def test_compares_every_request_on_both_seams(self, capsys):
        found = status(capsys)["seams"]
        assert {name: seam["comparisons"] for name, seam in found.items()} == {
            "credits.text": ROWS, "keys.provider_key": ROWS,
        }  # fmt: skip

    def test_finds_only_matches_and_intended_differences(self, capsys):
        found = status(capsys)["seams"]
        verdicts = {name: +Counter(seam["verdicts"]) for name, seam in found.items()}
        known = computed(ROWS)
        assert verdicts == {
            "credits.text": {name: known[name] for name in ("match", "intended")},
            "keys.provider_key": {"match": ROWS},
        }

    def test_sums_both_prices_as_an_independent_computation_does(self, capsys):
        known = computed(ROWS)
        sums = {name: known[name] for name in ("control", "candidate")}
        assert status(capsys)["seams"]["credits.text"]["measures"] == sums

    @pytest.mark.legacy
    def test_charges_every_customer_the_legacy_price(self):
        charged = dict(
            CreditUsageLog.objects.values_list("operation_type").annotate(total=Sum("credits_used")).order_by()
        )
        legacy = Counter()
        for operation, _, price, _ in islice(expected(), ROWS):
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

    def test_run_again_charges_nothing(self, capsys, trace):
        call_command("harness", "replay", trace, "--run", "first", "--json")
        report = json.loads(capsys.readouterr().out)
        assert (report["done"], report["skipped"]) == (0, ROWS)

    def test_leaves_a_ledger_that_adds_up_for_every_account(self):
        for account in Account.objects.all():
            total = account.transactions.aggregate(total=Sum("amount"))["total"]
            assert account.opening_credits + total == account.credits
