"""The models that a customer may choose, on both sides of the seam."""

import pytest

from igny8_core.business.billing.models import AIModelConfig
from igny8_core.modules.system import catalogue
from igny8_core.modules.system.legacy import catalogue as legacy
from igny8_core.modules.system.seams import model_choices
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.models import Comparison, ComparisonSample

SIGNED_CHANGES_OF_TEXT = {
    "result.gpt-4.1": "missing",
    "result.gpt-5.2": "missing",
    **{f"result.{name}.label": "value" for name in ("gpt-4o-mini", "gpt-4o", "gpt-5.1")},
    **{f"result.{name}.tokens_per_credit": "type" for name in ("gpt-4o-mini", "gpt-4o", "gpt-5.1")},
}
TYPES = pytest.mark.parametrize("model_type", ["text", "image"])


def change(model_name, **values):
    AIModelConfig.objects.filter(model_name=model_name).update(**values)


def compared(account, model_type):
    """Ask the seam at shadow; returns the verdict, and the paths that differ."""
    model_choices(account=account, model_type=model_type)
    sample = ComparisonSample.objects.order_by("pk").last()
    return Comparison.objects.get().verdict, {d["path"]: d["kind"] for d in sample.payload["differences"]}


@pytest.mark.parametrize("side", [legacy.model_choices, catalogue.model_choices], ids=["control", "candidate"])
@TYPES
class TestChoices:
    """The contract of both sides."""

    def test_are_models_by_name_once(self, side, account, model_type):
        names = [choice.model_name for choice in side(account=account, model_type=model_type)]
        assert names
        assert len(names) == len(set(names))

    def test_each_have_a_label(self, side, account, model_type):
        assert all(choice.label for choice in side(account=account, model_type=model_type))


class TestCandidate:
    def labels(self, account, model_type):
        return [(c.model_name, c.label) for c in catalogue.model_choices(account=account, model_type=model_type)]

    def test_shows_the_three_prices_of_images(self, account):
        assert self.labels(account, "image") == [
            ("runware:97@1", "Basic (1 credit/image)"),
            ("dall-e-3", "Quality (5 credits/image)"),
            ("google:4@2", "Premium (15 credits/image)"),
        ]

    def test_shows_the_prices_of_text(self, account):
        assert self.labels(account, "text") == [
            ("gpt-5.1", "GPT-5.1 (1,000 tokens/credit)"),
            ("gpt-4o", "GPT-4o (1,000 tokens/credit)"),
            ("gpt-4o-mini", "GPT-4o mini (10,000 tokens/credit)"),
        ]

    def test_calls_an_image_model_without_a_tier_by_its_name(self, account):
        change("google:4@2", quality_tier=None, display_name="Imagen")
        assert ("google:4@2", "Imagen (15 credits/image)") in self.labels(account, "image")

    @pytest.mark.parametrize(
        ("model_type", "name", "values"),
        [
            ("text", "gpt-4o", {"is_active": False}),
            ("text", "gpt-4o", {"tokens_per_credit": None}),
            ("image", "google:4@2", {"credits_per_image": None}),
        ],
        ids=["inactive", "text-without-price", "image-without-price"],
    )
    def test_leaves_out_what_cannot_be_used(self, account, model_type, name, values):
        change(name, **values)
        assert name not in dict(self.labels(account, model_type))


@pytest.mark.legacy
class TestSeam:
    @TYPES
    def test_explains_the_planned_difference_by_the_signed_list(self, account, model_type):
        model_choices(account=account, model_type=model_type)
        assert Comparison.objects.get().verdict == "intended"

    def test_answers_with_the_hard_coded_choices_until_the_flags_are_on(self, account):
        before = model_choices(account=account, model_type="image")
        for flag in ("model-selection", "model-based-credits", "ai-models-endpoint", "dynamic-model-choices"):
            change_flag(name=flag, change=FlagChange(account_id=str(account.pk), membership="on"), actor="ada")
        after = model_choices(account=account, model_type="image")
        assert [len(before), len(after)] == [6, 3]

    @pytest.mark.parametrize("missing", ["model-selection", "model-based-credits", "ai-models-endpoint"])
    def test_needs_what_the_flag_requires_on_as_well(self, account, missing):
        on = FlagChange(account_id=str(account.pk), membership="on")
        for flag in ("model-selection", "model-based-credits", "ai-models-endpoint", "dynamic-model-choices"):
            if flag != missing:
                change_flag(name=flag, change=on, actor="ada")
        assert len(model_choices(account=account, model_type="image")) == 6

    @pytest.mark.parametrize(
        ("model_type", "name", "values", "difference"),
        [
            ("text", "gpt-5.1", {"tokens_per_credit": 100}, ("result.gpt-5.1.tokens_per_credit", "type")),
            ("text", "gpt-4o", {"is_active": False}, ("result.gpt-4o", "missing")),
            ("text", "gpt-4o", {"display_name": "GPT-4"}, ("result.gpt-4o.display_name", "value")),
            ("text", "gpt-4o", {"provider": "runware"}, ("result.gpt-4o.provider", "value")),
            ("image", "dall-e-3", {"quality_tier": "basic"}, ("result.dall-e-3.quality_tier", "type")),
            ("image", "google:4@2", {"credits_per_image": 14}, ("result.google:4@2", "extra")),
            ("image", "runware:97@1", {"credits_per_image": 2}, ("result.runware:97@1.label", "value")),
        ],
        ids=["price", "inactive", "name", "provider", "tier", "price-of-an-added-one", "label"],
    )
    def test_leaves_anything_else_a_mismatch(self, account, model_type, name, values, difference):
        change(name, **values)
        verdict, differences = compared(account, model_type)
        assert verdict == "mismatch"
        assert difference in differences.items()

    def test_misses_a_signed_model_that_only_the_candidate_could_have(self, account):
        change("google:4@2", is_active=False)
        assert compared(account, "image")[0] == "mismatch"

    def test_does_not_explain_a_model_that_nobody_signed(self, account):
        AIModelConfig.objects.create(
            model_name="gpt-9", model_type="text", provider="openai", display_name="GPT-9", tokens_per_credit=1
        )
        assert compared(account, "text") == ("mismatch", {**SIGNED_CHANGES_OF_TEXT, "result.gpt-9": "extra"})
