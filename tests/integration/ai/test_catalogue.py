"""The models' rows answer what is asked about models, and fail closed."""

from decimal import Decimal

import pytest
from django.db import connection

from igny8_core.ai import catalogue
from igny8_core.ai.exceptions import (
    InactiveModel,
    IncompleteModel,
    NoDefaultModel,
    PricelessModel,
    TwoDefaultModels,
    UnknownModel,
)
from igny8_core.ai.model_registry import ModelRegistry
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.business.billing.usage import Usage
from igny8_core.seed import MODELS

from .model_contract import IMAGE, ModelContract


def change(model, **values):
    AIModelConfig.objects.filter(model_name=model).update(**values)


class TestContract(ModelContract):
    side = catalogue


class TestCatalogue:
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
