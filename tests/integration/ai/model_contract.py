"""What both sides must answer about the models of the price list."""

from decimal import Decimal

import pytest

from igny8_core.ai.exceptions import UnknownModel
from igny8_core.business.billing.usage import Usage

TEXT = ["gpt-5.1", "gpt-4o", "gpt-4o-mini"]
IMAGE = ["runware:97@1", "dall-e-3", "google:4@2"]


class ModelContract:
    """The models of the price list: the same answers, whoever answers. ``side`` is the module that does."""

    @pytest.mark.parametrize(
        ("model", "provider"),
        [(m, "openai") for m in (*TEXT, "dall-e-3")] + [(m, "runware") for m in ("runware:97@1", "google:4@2")],
    )
    def test_name_the_provider(self, account, model, provider):
        kind = "text" if model in TEXT else "image"
        assert self.side.provider_of(account=account, model=model, model_type=kind) == provider

    @pytest.mark.parametrize(
        ("model", "tier"), [("runware:97@1", "basic"), ("dall-e-3", "quality"), ("google:4@2", "premium")]
    )
    def test_name_the_tier(self, account, model, tier):
        assert self.side.quality_tier(account=account, model=model) == tier

    @pytest.mark.parametrize(
        ("model", "landscape"), [("runware:97@1", "1280x768"), ("dall-e-3", "1792x1024"), ("google:4@2", "1376x768")]
    )
    def test_name_the_sizes(self, account, model, landscape):
        sizes = {
            role: self.side.image_size(account=account, model=model, role=role) for role in ("featured", "in_article")
        }
        assert sizes == {"featured": landscape, "in_article": "1024x1024"}

    @pytest.mark.parametrize(
        ("model", "usd"), [("gpt-5.1", "0.004125"), ("gpt-4o", "0.00725"), ("gpt-4o-mini", "0.000435")]
    )
    def test_know_what_a_text_costs_to_the_last_digit(self, account, model, usd):
        usage = Usage(tokens_input=2_500, tokens_output=100)
        assert self.side.cost_usd(account=account, model=model, usage=usage) == Decimal(usd)

    @pytest.mark.parametrize(
        ("model", "usd"), [("runware:97@1", "0.036"), ("dall-e-3", "0.120"), ("google:4@2", "0.42")]
    )
    def test_know_what_three_images_cost(self, account, model, usd):
        assert self.side.cost_usd(account=account, model=model, images=3) == Decimal(usd)

    def test_answer_exact_numbers(self, account):
        assert type(
            self.side.cost_usd(account=account, model="gpt-5.1", usage=Usage(tokens_input=1, tokens_output=0))
        ) is (Decimal)

    def test_refuse_a_model_that_nobody_has_a_rate_for(self, account):
        with pytest.raises(UnknownModel, match="'bria:10@1'"):
            self.side.cost_usd(account=account, model="bria:10@1", images=1)
