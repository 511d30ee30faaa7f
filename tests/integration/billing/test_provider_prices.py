"""What a call costs at its provider: judged by figures that neither side computes, so that shared code shows, too."""

from decimal import Decimal

import pytest
import structlog

from igny8_core.ai import model_registry, seams
from igny8_core.ai.model_registry import ModelRegistry
from igny8_core.business.billing import pricing
from igny8_core.business.billing.models import AIModelConfig, CreditUsageLog
from igny8_core.business.billing.rates import rates
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import NO_TOKENS, Usage
from igny8_core.seed import MODELS
from migration_harness.api import Oracle, Seam
from migration_harness.checks import check_shared_code
from migration_harness.comparing.comparator import Criteria
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.models import Comparison

# By hand, from the facts: 1,200 sent and 300 generated; 1 sent; one image.
TEXT = {
    "gpt-5.1": ("0.0045", "0.00000125", "0.000001"),
    "gpt-4o": ("0.006", "0.0000025", "0.000002"),
    "gpt-4o-mini": ("0.00036", "0.00000015", "0.000000"),
}
IMAGE = {"runware:97@1": "0.012", "dall-e-3": "0.040", "google:4@2": "0.14"}
MANY, ONE = Usage(tokens_input=1_200, tokens_output=300), Usage(tokens_input=1, tokens_output=0)

FAULTS = {
    "per thousand": lambda patch: patch.setattr(model_registry, "_MILLION", Decimal(1_000)),
    "twice": lambda patch: patch.setattr(
        ModelRegistry, "calculate_cost", staticmethod(lambda **_: Decimal("0.009"))
    ),
    "sent for generated": lambda _patch: AIModelConfig.objects.update(output_cost_per_1m=Decimal("1.25")),
    "price of another image": lambda _patch: AIModelConfig.objects.update(cost_per_image=Decimal("0.020")),
}  # fmt: skip


def verdicts():
    return {(c.seam, c.verdict) for c in Comparison.objects.filter(seam="models.cost_usd")}


class TestCostOfACall:
    """``models.cost_usd``: ``calculate_cost`` is the code of both sides."""

    @pytest.mark.parametrize("model", TEXT)
    def test_of_text_is_that_of_the_list(self, account, model):
        for usage, usd in zip((MANY, ONE), TEXT[model], strict=False):
            assert seams.cost_usd(account=account, model=model, usage=usage) == Decimal(usd)
        assert verdicts() == {("models.cost_usd", "match")}

    @pytest.mark.parametrize("model", IMAGE)
    def test_of_images_is_that_of_the_list(self, account, model):
        assert seams.cost_usd(account=account, model=model, images=3) == 3 * Decimal(IMAGE[model])
        assert verdicts() == {("models.cost_usd", "match")}

    @pytest.mark.parametrize("fault", FAULTS)
    def test_that_both_sides_compute_wrong_alike_is_a_mismatch(self, account, monkeypatch, fault):
        FAULTS[fault](monkeypatch)
        if fault == "price of another image":
            seams.cost_usd(account=account, model="dall-e-3", images=1)
        else:
            seams.cost_usd(account=account, model="gpt-5.1", usage=MANY)
        assert verdicts() == {("models.cost_usd", "mismatch")}

    def test_has_an_oracle_for_every_model_of_the_installation(self):
        (oracle,) = (each for each in seams.cost_usd.criteria.explanations if isinstance(each, Oracle))
        for model in MODELS:
            call = {"images": 1} if model["model_type"] == "image" else {"usage": ONE}
            assert oracle.answer(account=None, model=model["model_name"], **call) is not None


class TestCostInTheLog:
    """``provider_cost_usd``: what the log of usage keeps, whichever side has priced the operation."""

    def charge(self, account, model, *, unbilled):
        what = {"account": account, "model": model, "operation_id": "op-1"}
        if unbilled:
            CreditService.record_unbilled(
                operation_type="clustering", usage=NO_TOKENS if model in IMAGE else MANY,
                images=1 if model in IMAGE else 0, reason="x", **what,
            )  # fmt: skip
        elif model in IMAGE:
            CreditService.deduct_credits_for_image(**what)
        else:
            CreditService.deduct_credits_for_operation(operation_type="clustering", usage=MANY, **what)
        return CreditUsageLog.objects.get().cost_usd

    @pytest.mark.parametrize("unbilled", [False, True], ids=["charged", "unbilled"])
    @pytest.mark.parametrize("model", TEXT | IMAGE)
    def test_is_that_of_the_list_and_nothing_is_told(self, account, model, unbilled):
        usd = TEXT[model][0] if model in TEXT else IMAGE[model]
        with structlog.testing.capture_logs() as told:
            assert self.charge(account, model, unbilled=unbilled) == Decimal(usd)
        assert [line for line in told if "cost" in line["event"]] == []

    @pytest.mark.parametrize(("usage", "index"), [(MANY, 0), (ONE, 2)], ids=["exact", "rounded"])
    @pytest.mark.parametrize("model", TEXT)
    def test_is_kept_to_a_millionth(self, demo, model, usage, index):
        assert pricing.provider_cost_usd(model=model, usage=usage) == Decimal(TEXT[model][index])

    @pytest.mark.parametrize("unbilled", [False, True], ids=["charged", "unbilled"])
    def test_that_is_wrong_is_told_with_both_figures(self, account, monkeypatch, unbilled):
        monkeypatch.setattr(pricing, "MILLION", Decimal(1_000))
        with structlog.testing.capture_logs() as told:
            assert self.charge(account, "gpt-5.1", unbilled=unbilled) == Decimal("4.5")
        (line,) = (line for line in told if line["event"] == "igny8.provider_cost_mismatch")
        assert (line["log_level"], line["cost_usd"], line["expected_usd"]) == ("error", "4.500000", "0.004500")

    def test_of_an_image_whose_row_is_wrong_is_told(self, account):
        AIModelConfig.objects.filter(model_name="dall-e-3").update(cost_per_image=Decimal(40))
        rates.forget()
        with structlog.testing.capture_logs() as told:
            self.charge(account, "dall-e-3", unbilled=False)
        assert [line["expected_usd"] for line in told if "mismatch" in line["event"]] == ["0.040000"]


def million():
    return Decimal(1_000_000)


def control(*, tokens):
    return tokens / million()


def candidate(*, tokens):
    return tokens / million()


class TestCheck:
    """``migration_harness.W002`` names what both sides of an amount call."""

    @pytest.fixture
    def warned(self, own_seams, monkeypatch):
        monkeypatch.setattr("migration_harness.checks.seams", own_seams)

        def declare(**more):
            Seam(
                name="trial.amount", flag="trial", control=control, candidate=candidate,
                subject=lambda **_: None, **{"measure": "USD"} | more,
            )  # fmt: skip
            return [found.msg for found in check_shared_code() if found.id == "migration_harness.W002"]

        return declare

    def test_names_the_seam_and_the_code(self, warned):
        (told,) = warned()
        assert "trial.amount" in told
        assert f"Shared: {__name__}.million." in told

    def test_is_silenced_by_an_oracle(self, warned):
        (oracle,) = seams.cost_usd.criteria.explanations
        assert warned(explain=[oracle]) == []

    def test_is_silenced_by_a_reason(self, warned):
        assert warned(shared={million: "A number, and no computation."}) == []

    def test_is_not_asked_of_what_is_no_amount(self, warned):
        assert warned(measure=None) == []

    @pytest.mark.usefixtures("own_seams")
    @pytest.mark.parametrize("reason", ["", "  "])
    def test_takes_no_code_without_a_reason(self, reason):
        with pytest.raises(HarnessMisconfigured, match="without a reason"):
            Seam(
                name="trial.amount", flag="trial", control=control, candidate=candidate, subject=lambda **_: None,
                shared={million: reason},
            )  # fmt: skip

    def test_finds_nothing_in_the_service_and_what_an_oracle_judges_without_it(self, monkeypatch):
        assert check_shared_code() == []
        monkeypatch.setattr(seams.cost_usd, "criteria", Criteria())
        (found,) = check_shared_code()
        assert "ModelRegistry.calculate_cost" in found.msg
