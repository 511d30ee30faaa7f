"""What a seam finds, from the call to the page: a candidate that computes nothing, allowances, expired rules."""

from datetime import date
from decimal import Decimal

import pytest
import structlog
from django.urls import reverse

from igny8_core.auth.models import User
from igny8_core.business.billing import seams as billing_seams
from igny8_core.business.billing.legacy import credits as legacy
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from migration_harness.comparing.allowances import Ignore
from migration_harness.comparing.explanations import Oracle, Rule
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.models import Comparison, ComparisonSample
from migration_harness.seams.seam import Seam
from migration_harness.testing import fixed_flags, flag_at
from tests.unit.hostile import RaisesOnEq, cycle

pytestmark = pytest.mark.django_db

LONG_AGO = date(2020, 1, 1)


def call(*, control, candidate, stage=Stage.SHADOW, **options):
    """Ask a seam of two sides once; returns the verdict and the sample's payload."""
    seam = Seam(
        name="trial", flag="f", control=control, candidate=candidate, subject=lambda **_: "1", **options
    )  # fmt: skip
    with fixed_flags(flag_at("f", stage)):
        seam(tokens=2_760)
    sample = ComparisonSample.objects.first()
    return Comparison.objects.get().verdict, sample.payload if sample else None


def tariff(*, tokens):
    return -(-tokens // 150)


@pytest.mark.usefixtures("own_seams")
class TestCandidateThatDelegates:
    ORACLE = Oracle(
        name="price list", reason="", owner="", expires=date(9999, 1, 1),
        answer=lambda *, tokens: -(-tokens // 1_000), recorded_legacy=tariff,
    )  # fmt: skip

    @pytest.mark.parametrize("stage", [Stage.SHADOW, Stage.LIVE])
    def test_is_a_mismatch_though_both_sides_agree(self, stage):
        verdict, payload = call(
            control=tariff, candidate=lambda *, tokens: tariff(tokens=tokens), explain=[self.ORACLE], stage=stage
        )
        assert (verdict, payload["expected"]) == ("mismatch", 3)
        assert payload["differences"] == [{"path": "result", "kind": "value", "control": 19, "candidate": 19}]

    def test_is_told_from_one_that_computes(self):
        verdict, _ = call(control=tariff, candidate=lambda *, tokens: -(-tokens // 1_000), explain=[self.ORACLE])
        assert verdict == "intended"


class TestCreditsOfACandidateThatDelegates:
    @pytest.mark.parametrize("stage", [Stage.SHADOW, Stage.LIVE])
    def test_are_a_mismatch_by_the_signed_price_list(self, selected, account, monkeypatch, stage):
        monkeypatch.setattr(billing_seams.credit_cost, "candidate", legacy.credit_cost)
        with fixed_flags(flag_at("model-based-credits", stage)):
            CreditService.deduct_credits_for_operation(
                account=account, operation_type="clustering", model="gpt-5.1",
                usage=Usage(tokens_input=2_000, tokens_output=760), operation_id="op",
            )  # fmt: skip
        found = Comparison.objects.get(seam="credits.text")
        assert (found.verdict, found.control_measure, found.candidate_measure) == ("mismatch", 19, 19)
        payload = ComparisonSample.objects.get(signature=found.signature).payload
        assert payload["expected"] == 3
        assert payload["differences"] == [{"path": "credits", "kind": "value", "control": 19, "candidate": 19}]


@pytest.mark.usefixtures("own_seams")
class TestSeam:
    def test_allows_what_it_says(self):
        verdict, _ = call(
            control=lambda *, tokens: {"items": [1, 2], "usd": Decimal("1.00"), "id": "a"},
            candidate=lambda *, tokens: {"items": [2, 1], "usd": Decimal("1.01"), "id": "b"},
            unordered=["result.items"],
            tolerance={"result.usd": Decimal("0.01")},
            ignore=[Ignore(path="result.id", reason="generated", owner="ada", expires=date(9999, 1, 1))],
        )
        assert verdict == "match"

    def test_of_money_allows_nothing(self):
        with pytest.raises(HarnessMisconfigured, match="The money seam trial has a tolerance"):
            call(control=tariff, candidate=tariff, money=True, tolerance={"result": Decimal(1)})

    def test_compares_values_that_refuse_to_be_compared(self):
        verdict, payload = call(control=lambda *, tokens: RaisesOnEq(), candidate=lambda *, tokens: RaisesOnEq())
        assert verdict == "mismatch"
        assert payload["differences"][0]["note"] == "could not be compared: Refused"

    def test_compares_values_that_hold_themselves(self):
        verdict, _ = call(control=lambda *, tokens: cycle(), candidate=lambda *, tokens: cycle())
        assert verdict == "match"

    def test_keeps_samples_of_texts_that_postgresql_cannot_hold(self):
        verdict, payload = call(control=lambda *, tokens: "\x00\ud800", candidate=lambda *, tokens: {"\x00": 1})
        assert (verdict, payload["differences"][0]["kind"]) == ("mismatch", "type")


@pytest.mark.usefixtures("own_seams")
class TestExpiredRule:
    RULES = {
        "explanation": {
            "explain": [Rule(name="planned", reason="", owner="", expires=LONG_AGO, covers=lambda *_: True)]
        },
        "ignore rule": {"ignore": [Ignore(path="result", reason="", owner="", expires=LONG_AGO)]},
    }
    NOTES = {
        "explanation": "The explanation planned expired on 2020-01-01.",
        "ignore rule": "The ignore rule for result expired on 2020-01-01.",
    }

    @pytest.mark.parametrize("kind", RULES)
    def test_is_shown_wherever_the_discrepancy_is(self, kind, harness, client):
        verdict, payload = call(control=tariff, candidate=lambda *, tokens: 3, **self.RULES[kind])
        assert (verdict, payload["notes"]) == ("mismatch", [self.NOTES[kind]])
        signature = Comparison.objects.get().signature
        shown = harness("discrepancies", "show", signature)[1]
        assert f"Note: {self.NOTES[kind]}" in " ".join(shown.split())
        client.force_login(User.objects.create_superuser("operator", password="x"))
        page = client.get(reverse("dashboards:discrepancy", args=[signature])).content.decode()
        assert f"<dd>{self.NOTES[kind]}</dd>" in page

    @pytest.mark.parametrize("kind", RULES)
    def test_is_told_once_in_a_process(self, kind):
        seam = Seam(
            name="trial", flag="f", control=tariff, candidate=lambda *, tokens: 3, subject=lambda **_: "1",
            **self.RULES[kind],
        )  # fmt: skip
        with structlog.testing.capture_logs() as events, fixed_flags(flag_at("f", Stage.SHADOW)):
            for tokens in (2_760, 5_000, 9_000):
                seam(tokens=tokens)
        told = [(e["seam"], e["note"]) for e in events if e["event"] == "harness.rule_expired"]
        assert told == [("trial", self.NOTES[kind])]
