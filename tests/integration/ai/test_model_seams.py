"""What is asked about models: one contract for both sides, and where they differ."""

from decimal import Decimal

import pytest
from django.db import connection

from igny8_core.ai import catalogue, seams
from igny8_core.ai.exceptions import (
    InactiveModel,
    IncompleteModel,
    NoDefaultModel,
    PricelessModel,
    TwoDefaultModels,
    UnknownModel,
)
from igny8_core.ai.legacy import models as legacy
from igny8_core.ai.model_registry import ModelRegistry
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.business.billing.usage import Usage
from igny8_core.modules.system.models import GlobalIntegrationSettings
from igny8_core.seed import MODELS
from migration_harness.models import Comparison

TEXT = ["gpt-5.1", "gpt-4o", "gpt-4o-mini"]
IMAGE = ["runware:97@1", "dall-e-3", "google:4@2"]
SIDES = pytest.mark.parametrize("side", [legacy, catalogue], ids=["control", "candidate"])


def change(model, **values):
    AIModelConfig.objects.filter(model_name=model).update(**values)


def verdicts():
    return {(c.seam, c.verdict) for c in Comparison.objects.all()}


@SIDES
class TestBothSides:
    """The models of the price list: the same answers, whoever answers."""

    @pytest.mark.parametrize(
        ("model", "provider"),
        [(m, "openai") for m in (*TEXT, "dall-e-3")] + [(m, "runware") for m in ("runware:97@1", "google:4@2")],
    )
    def test_name_the_provider(self, side, account, model, provider):
        kind = "text" if model in TEXT else "image"
        assert side.provider_of(account=account, model=model, model_type=kind) == provider

    @pytest.mark.parametrize(
        ("model", "tier"), [("runware:97@1", "basic"), ("dall-e-3", "quality"), ("google:4@2", "premium")]
    )
    def test_name_the_tier(self, side, account, model, tier):
        assert side.quality_tier(account=account, model=model) == tier

    @pytest.mark.parametrize(
        ("model", "landscape"), [("runware:97@1", "1280x768"), ("dall-e-3", "1792x1024"), ("google:4@2", "1376x768")]
    )
    def test_name_the_sizes(self, side, account, model, landscape):
        sizes = {role: side.image_size(account=account, model=model, role=role) for role in ("featured", "in_article")}
        assert sizes == {"featured": landscape, "in_article": "1024x1024"}

    @pytest.mark.parametrize(
        ("model", "usd"), [("gpt-5.1", "0.004125"), ("gpt-4o", "0.00725"), ("gpt-4o-mini", "0.000435")]
    )
    def test_know_what_a_text_costs_to_the_last_digit(self, side, account, model, usd):
        usage = Usage(tokens_input=2_500, tokens_output=100)
        assert side.cost_usd(account=account, model=model, usage=usage) == Decimal(usd)

    @pytest.mark.parametrize(
        ("model", "usd"), [("runware:97@1", "0.036"), ("dall-e-3", "0.120"), ("google:4@2", "0.42")]
    )
    def test_know_what_three_images_cost(self, side, account, model, usd):
        assert side.cost_usd(account=account, model=model, images=3) == Decimal(usd)

    def test_answer_exact_numbers(self, side, account):
        assert type(side.cost_usd(account=account, model="gpt-5.1", usage=Usage(tokens_input=1, tokens_output=0))) is (
            Decimal
        )

    def test_refuse_a_model_that_nobody_has_a_rate_for(self, side, account):
        with pytest.raises(UnknownModel, match="'bria:10@1'"):
            side.cost_usd(account=account, model="bria:10@1", images=1)


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


class TestCandidate:
    """Fails closed: what has no active and complete row raises."""

    def test_takes_the_default_from_the_rows(self, account):
        assert catalogue.default_model(account=account, model_type="text") == "gpt-5.1"
        assert catalogue.default_model(account=account, model_type="image") == "dall-e-3"

    @pytest.mark.parametrize("model_type", ["text", "image"])
    def test_needs_a_default(self, account, model_type):
        AIModelConfig.objects.filter(model_type=model_type).update(is_default=False)
        with pytest.raises(NoDefaultModel, match=model_type):
            catalogue.default_model(account=account, model_type=model_type)

    def test_needs_one_default(self, account):
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX one_default_per_model_type")
        change("gpt-4o", is_default=True)
        with pytest.raises(TwoDefaultModels, match="gpt-4o and gpt-5.1"):
            catalogue.default_model(account=account, model_type="text")

    def test_needs_an_active_row(self, account):
        change("gpt-4o", is_active=False)
        with pytest.raises(InactiveModel):
            catalogue.cost_usd(account=account, model="gpt-4o", usage=Usage(tokens_input=1, tokens_output=1))

    @pytest.mark.parametrize("field", ["input_cost_per_1m", "output_cost_per_1m"])
    def test_needs_the_rates_of_a_text(self, account, field):
        change("gpt-4o", **{field: None})
        with pytest.raises(PricelessModel):
            catalogue.cost_usd(account=account, model="gpt-4o", usage=Usage(tokens_input=1, tokens_output=1))

    def test_never_looks_at_the_constants(self, account):
        with pytest.raises(UnknownModel):
            catalogue.cost_usd(account=account, model="gpt-4.1", usage=Usage(tokens_input=1, tokens_output=1))

    @pytest.mark.parametrize(
        ("field", "ask"),
        [
            ("quality_tier", lambda **call: catalogue.quality_tier(**call)),
            ("landscape_size", lambda **call: catalogue.image_size(**call, role="featured")),
            ("square_size", lambda **call: catalogue.image_size(**call, role="in_article")),
        ],
    )
    def test_needs_what_it_is_asked_for(self, account, field, ask):
        change("dall-e-3", **{field: None})
        with pytest.raises(IncompleteModel, match=field):
            ask(account=account, model="dall-e-3")

    def test_follows_the_row(self, account):
        change("dall-e-3", quality_tier="premium", landscape_size="1536x1024")
        assert catalogue.quality_tier(account=account, model="dall-e-3") == "premium"
        assert catalogue.image_size(account=account, model="dall-e-3", role="featured") == "1536x1024"


class TestRegistry:
    def test_lists_the_active_models_in_their_order(self, demo):
        change("gpt-4o", is_active=False)
        assert [m.name for m in ModelRegistry.list_models()] == [
            m["model_name"] for m in MODELS if m["model_name"] != "gpt-4o"
        ]
        assert [m.name for m in ModelRegistry.list_models("image")] == IMAGE

    def test_knows_a_model(self, demo):
        model = ModelRegistry.get_model("google:4@2")
        assert (model.provider, model.credits_per_image, model.cost_per_image) == ("runware", 15, Decimal("0.14"))

    @pytest.mark.parametrize("name", ["", "gpt-4.1", "GPT-4O"])
    def test_knows_no_other_name(self, demo, name):
        with pytest.raises(UnknownModel):
            ModelRegistry.get_model(name)


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
