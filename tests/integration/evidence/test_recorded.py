"""Last month's usage through both sides again: nobody is charged, and live evidence does not change."""

# @legacy file model-selection, model-based-credits

import json
from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from igny8_core.auth.models import Account
from igny8_core.business.billing import recorded as host
from igny8_core.business.billing import remembered
from igny8_core.business.billing.models import AIModelConfig, CreditTransaction, CreditUsageLog
from igny8_core.business.billing.seams import credit_cost
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from migration_harness import queries
from migration_harness.comparing.comparator import Verdict
from migration_harness.evidence.runs import run_recorded
from migration_harness.exceptions import InvalidChange, RunExists, UnknownRun
from migration_harness.models import AuditEvent, Comparison, ComparisonSample, Run, RunEvidence
from migration_harness.rollout.standing import gates_by_phase

from ..healing_parts import balances, cluster, draw


@pytest.fixture
def month(demo):
    """A few charges of three accounts on both seams: matches, intended differences, and use that nobody paid for."""
    accounts = list(Account.objects.order_by("pk")[:3])
    for index, account in enumerate(accounts):
        for tokens in (200, 3_000, 700 + 100 * index):
            cluster(account, tokens, operation_id=f"text-{index}-{tokens}")
        for model in ("dall-e-3", "google:4@2", "runware:97@1"):
            draw(account, model, operation_id=f"image-{index}-{model}")
    CreditService.record_unbilled(
        account=accounts[0],
        operation_type="clustering",
        model="gpt-5.1",
        usage=Usage(tokens_input=5_000, tokens_output=0),
        operation_id="free",
        reason="x",
    )
    return accounts


def run_of(name="first", **options):
    now = timezone.now()
    of = {"since": now - timedelta(days=1), "until": now + timedelta(seconds=1), "actor": "ada"}
    return run_recorded(name=name, **of | options)


def verdicts_of(name="first"):
    return {seam.seam: dict(seam.verdicts) for seam in queries.run_result(name).seams}


def live():
    """Everything that live evidence and the ledger say."""
    found = queries.status(gates=gates_by_phase())
    return (
        found["seams"], found["discrepancies"], [d.signature for d in queries.discrepancies()], balances(),
        Comparison.objects.count(), ComparisonSample.objects.count(), CreditTransaction.objects.count(),
        CreditUsageLog.objects.count(),
    )  # fmt: skip


def change_price():
    AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=700)
    remembered.forget()


class TestRun:
    def test_charges_nobody_and_leaves_live_evidence_alone(self, month):
        before = live()
        assert run_of().calls == 18
        assert live() == before

    def test_gives_the_verdicts_signatures_and_sums_of_the_live_comparisons(self, month):
        run_of()
        rows = Comparison.objects.filter(seam__startswith="credits.")
        lived = Counter((row.seam, row.verdict, row.signature or "", row.account_id, *row.group) for row in rows)
        found = Counter()
        for row in RunEvidence.objects.all():
            found[row.seam, row.verdict, row.signature, row.account_id, *row.group] += row.comparisons
        assert found == lived
        result, status = queries.run_result("first"), queries.status(gates=gates_by_phase())["seams"]
        for seam in result.seams:
            sums = {"control": queries.plain(seam.control_sum), "candidate": queries.plain(seam.candidate_sum)}
            assert sums == status[seam.seam]["measures"]

    def test_is_of_the_model_on_which_a_charge_was_compared(self, account):
        """Also where that is the default that the account will have, and not the one that it used."""
        CreditService.deduct_credits_for_operation(
            account=account, operation_type="clustering", model="gpt-4o-mini", target_model="gpt-5.1",
            usage=Usage(tokens_input=2_900, tokens_output=100), operation_id="moved",
        )  # fmt: skip
        run_of()
        (again,), (live,) = RunEvidence.objects.all(), Comparison.objects.all()
        assert tuple(again.group) == tuple(live.group) == ("clustering", "gpt-5.1", "instead of gpt-4o-mini")
        assert (again.control_sum, again.candidate_sum) == (live.control_measure, live.candidate_measure) == (20, 3)

    def test_shows_what_a_changed_candidate_does_wrong_and_live_evidence_does_not(self, month):
        before = live()
        run_of("as it is")
        change_price()
        run_of("changed")
        assert verdicts_of("as it is")["credits.text"] == {"intended": 9}
        # By 700 tokens a credit: 200 → 1 as signed; 3,000 → 5, not 3; 700 → 1 as signed; 800, 900 → 2, not 1.
        assert verdicts_of("changed")["credits.text"] == {"intended": 4, "mismatch": 5}
        (worst, *_) = queries.run_result("changed").discrepancies
        assert (worst.verdict, worst.group, worst.count, worst.accounts) == (
            "mismatch", ("clustering", "gpt-5.1"), 5, 3,
        )  # fmt: skip
        assert worst.sample["expected"] == 3
        assert live() == before

    def test_of_a_candidate_that_writes_is_blocked(self, month, monkeypatch):
        def meddle(*, account, **_):
            Account.objects.filter(pk=account.pk).update(name="owned")
            return 1

        before = live()
        monkeypatch.setattr(credit_cost, "candidate", meddle)
        run_of(only=("credits.text",))
        assert verdicts_of() == {"credits.text": {"blocked": 9}}
        assert live() == before
        assert not Account.objects.filter(name="owned").exists()

    def test_is_of_its_seams_period_and_limit_alone(self, month):
        run_of("images", only=("credits.image",))
        run_of("none", until=timezone.now() - timedelta(hours=1))
        run_of("few", limit=5)
        assert (verdicts_of("images").keys(), verdicts_of("none")) == ({"credits.image"}, {})
        assert [queries.run_result(name).calls for name in ("images", "none", "few")] == [9, 0, 5]

    def test_reads_the_log_in_batches_and_misses_nothing(self, month, monkeypatch):
        monkeypatch.setattr(host, "_BATCH", 4)
        assert run_of().calls == 18

    def test_of_a_name_that_is_taken_is_refused(self, month):
        run_of()
        with pytest.raises(RunExists, match="There is a run 'first' already"):
            run_of()
        assert run_of("second").calls == 18

    def test_that_is_interrupted_keeps_nothing(self, month):
        def interrupt():
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run_of(on_call=interrupt)
        assert (Run.objects.count(), RunEvidence.objects.count()) == (0, 0)
        assert run_of().calls == 18

    @pytest.mark.parametrize("only", ["keys.provider_key", "typo"])
    def test_of_a_seam_whose_usage_is_not_recorded_is_refused(self, month, only):
        with pytest.raises(InvalidChange, match=f"{only}: no usage is recorded"):
            run_of(only=(only,))

    def test_is_on_the_audit_trail(self, month):
        run_of()
        event = AuditEvent.objects.latest("id")
        assert (event.actor, event.action, event.subject) == ("ada", "replay recorded usage", "first")
        assert event.evidence["calls"] == 18

    def test_stays_as_it_was_found(self, month):
        run_of()
        for table in ("run", "runevidence", "runsample"):
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                connection.cursor().execute(f"DELETE FROM migration_harness_{table}")


class TestComparing:
    def test_gives_what_a_live_call_would_be_judged(self, account):
        call = {"account": account, "operation": "clustering", "model": "gpt-5.1"}
        found = credit_cost.compare(**call, usage=Usage(tokens_input=2_000, tokens_output=760))
        assert (found.verdict, found.control_measure, found.candidate_measure) == (Verdict.INTENDED, 19, 3)
        assert (found.account_id, found.group, found.operation_id) == (str(account.pk), ("clustering", "gpt-5.1"), "")


class TestCommand:
    def test_makes_a_run_and_prints_what_it_found(self, month, harness):
        code, out, _ = harness("replay", "--recorded", "1d", "--run", "first")
        assert code == 0
        assert "Run first: 18 recorded calls" in out
        assert "Nobody was charged." in out
        assert "9 intended" in out

    def test_lists_runs_and_shows_one_again(self, month, harness):
        assert "no run of recorded usage yet" in harness("replay", "--runs")[1]
        _, made, _ = harness("replay", "--recorded", "1d", "--run", "first", "--json")
        _, listed, _ = harness("replay", "--runs", "--json")
        _, shown, _ = harness("replay", "--runs", "--run", "first", "--json")
        assert [(each["name"], each["calls"]) for each in json.loads(listed)] == [("first", 18)]
        assert json.loads(shown) == json.loads(made)
        assert {each["seam"]: each["comparisons"] for each in json.loads(shown)["seams"]} == {
            "credits.image": 9, "credits.text": 9,
        }  # fmt: skip

    def test_of_a_name_that_is_taken_fails(self, month, harness):
        harness("replay", "--recorded", "1d", "--run", "first")
        code, _, err = harness("replay", "--recorded", "1d", "--run", "first")
        assert (code, "already" in err) == (1, True)

    @pytest.mark.parametrize(
        "arguments",
        [(), ("trace.csv", "--recorded", "1d"), ("--recorded", "1d", "--rate", "5"), ("--recorded", "soon"),
         ("trace.csv", "--seam", "credits.text"), ("--recorded", "1d", "--seam", "typo"), ("--runs", "--run", "typo")],
        ids=" ".join,
    )  # fmt: skip
    def test_refuses_wrong_usage(self, demo, harness, arguments):
        assert harness("replay", *arguments)[0] == 2

    def test_knows_no_other_run(self, demo):
        with pytest.raises(UnknownRun):
            queries.run_result("typo")
