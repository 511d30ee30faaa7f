"""What is asked about models, answered as today; and where the rows will answer something else."""

from decimal import Decimal

import pytest

from igny8_core.ai import seams
from igny8_core.ai.legacy import models as legacy
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.business.billing.usage import Usage
from igny8_core.modules.system.models import GlobalIntegrationSettings
from migration_harness.models import Comparison

from .model_contract import IMAGE, ModelContract

pytestmark = pytest.mark.legacy


def change(model, **values):
    AIModelConfig.objects.filter(model_name=model).update(**values)


def verdicts():
    return {(c.seam, c.verdict) for c in Comparison.objects.all()}


class TestContract(ModelContract):
    side = legacy


class TestControl:
    """As it is today."""

    def test_takes_the_default_from_the_settings(self, account):
        assert legacy.default_model(account=account, model_type="text") == "gpt-4o-mini"
        assert legacy.default_model(account=account, model_type="image") == "dall-e-3"

    @pytest.mark.parametrize(("service", "model"), [("openai", "dall-e-3"), ("runware", "bria:10@1")])
    def test_takes_the_image_model_of_the_image_service(self, account, service, model):
        GlobalIntegrationSettings.objects.update(default_image_service=service)
        assert legacy.default_model(account=account, model_type="image") == model

    @pytest.mark.parametrize(("model", "usd"), [("gpt-4.1", "0.010"), ("gpt-5.2", "0.01575")])
    def test_falls_back_to_the_constants(self, account, model, usd):
        usage = Usage(tokens_input=1_000, tokens_output=1_000)
        assert legacy.cost_usd(account=account, model=model, usage=usage) == Decimal(usd)
        assert legacy.cost_usd(account=account, model="dall-e-2", images=2) == Decimal("0.040")

    def test_prefers_the_row_to_the_constants(self, account):
        change("gpt-4o", input_cost_per_1m=Decimal(9))
        usage = Usage(tokens_input=1_000_000, tokens_output=0)
        assert legacy.cost_usd(account=account, model="gpt-4o", usage=usage) == 9


class TestShadow:
    """The control answers; what the business signed is intended, all else waits for a person."""

    def test_of_the_text_default_is_intended(self, account):
        assert seams.default_model(account=account, model_type="text") == "gpt-4o-mini"
        assert verdicts() == {("models.default", "intended")}

    def test_of_the_image_default_is_a_match(self, account):
        assert seams.default_model(account=account, model_type="image") == "dall-e-3"
        assert verdicts() == {("models.default", "match")}

    def test_of_the_broken_image_default_waits_for_a_person(self, account):
        GlobalIntegrationSettings.objects.update(default_image_service="runware")
        assert seams.default_model(account=account, model_type="image") == "bria:10@1"
        assert verdicts() == {("models.default", "mismatch")}

    def test_of_a_default_that_nobody_signed_is_a_mismatch_although_both_agree(self, account):
        GlobalIntegrationSettings.objects.update(openai_model="gpt-4o")
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(is_default=False)
        change("gpt-4o", is_default=True)
        assert seams.default_model(account=account, model_type="text") == "gpt-4o"
        assert verdicts() == {("models.default", "mismatch")}

    @pytest.mark.parametrize("model", IMAGE)
    def test_of_all_else_about_a_listed_model_is_a_match(self, account, model):
        seams.provider_of(account=account, model=model, model_type="image")
        seams.quality_tier(account=account, model=model)
        seams.image_size(account=account, model=model, role="featured")
        seams.cost_usd(account=account, model=model, images=1)
        assert verdicts() == {
            (f"models.{name}", "match") for name in ("provider", "quality_tier", "image_size", "cost_usd")
        }

    @pytest.mark.parametrize(
        ("fault", "seam"),
        [
            ({"quality_tier": "basic"}, "models.quality_tier"),
            ({"landscape_size": "1024x1024"}, "models.image_size"),
        ],
        ids=["tier", "size"],
    )
    def test_shows_a_wrong_row(self, account, fault, seam):
        change("google:4@2", **fault)
        seams.quality_tier(account=account, model="google:4@2")
        seams.image_size(account=account, model="google:4@2", role="featured")
        assert (seam, "mismatch") in verdicts()

    def test_of_a_model_without_a_row_is_an_error_of_the_candidate_alone(self, account):
        usage = Usage(tokens_input=1_000, tokens_output=0)
        assert seams.provider_of(account=account, model="gpt-4.1", model_type="text") == "openai"
        assert seams.cost_usd(account=account, model="gpt-4.1", usage=usage) == Decimal("0.002")
        assert verdicts() == {("models.provider", "candidate_error"), ("models.cost_usd", "candidate_error")}

    def test_measures_both_costs_in_usd(self, account):
        seams.cost_usd(account=account, model="gpt-5.1", usage=Usage(tokens_input=1, tokens_output=1))
        found = Comparison.objects.get()
        assert found.control_measure == found.candidate_measure == Decimal("0.00001125")
