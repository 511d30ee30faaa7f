"""Which models a customer may choose: the active rows that have a price."""

from dataclasses import dataclass, replace

from django.db.models import QuerySet

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.business.billing.priced_models import ModelType, priced_models


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """A model as a customer sees it; a price that does not apply, or that nobody knows, is None.

    ``label`` is what pages show: the name, and what the model costs where that is what is charged.
    """

    model_name: str
    display_name: str
    label: str
    provider: str
    tokens_per_credit: int | None = None
    credits_per_image: int | None = None
    quality_tier: str | None = None


def model_choices(*, account: Account, model_type: str) -> tuple[ModelChoice, ...]:  # noqa: ARG001  The seam's signature.
    """Return the choices for a model type, in the order of pages. Every account has the same ones."""
    return tuple(choice_of(row) for row in priced_models(model_type))


def offered_models() -> QuerySet[AIModelConfig]:
    """Return the models of both types. One without a price is not offered: nothing that it does could be charged."""
    return priced_models(ModelType.TEXT) | priced_models(ModelType.IMAGE)


def choice_of(row: AIModelConfig) -> ModelChoice:
    """Return a row as a customer sees it who pays by the model."""
    return ModelChoice(
        model_name=row.model_name,
        display_name=row.display_name,
        label=_label(row),
        provider=row.provider,
        tokens_per_credit=row.tokens_per_credit,
        credits_per_image=row.credits_per_image,
        quality_tier=row.quality_tier or None,
    )


def unpriced_choice_of(row: AIModelConfig) -> ModelChoice:
    """Return a row for a customer who pays by the operation: no price of a model is true for them."""
    choice = choice_of(row)
    return replace(choice, label=choice.display_name, tokens_per_credit=None, credits_per_image=None)


def _label(row: AIModelConfig) -> str:
    """Return name and price: ``Basic (1 credit/image)``, ``GPT-5.1 (1,000 tokens/credit)``."""
    if row.model_type == ModelType.TEXT:
        return f"{row.display_name} ({row.tokens_per_credit:,} tokens/credit)"
    name = row.get_quality_tier_display() if row.quality_tier else row.display_name
    unit = "credit" if row.credits_per_image == 1 else "credits"
    return f"{name} ({row.credits_per_image:,} {unit}/image)"
