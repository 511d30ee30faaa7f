"""The models that a customer can be charged for on the new side."""

from typing import Final

from django.db.models import QuerySet

from igny8_core.business.billing.models import AIModelConfig

ModelType = AIModelConfig.ModelType

PRICE_FIELD: Final = {ModelType.TEXT: "tokens_per_credit", ModelType.IMAGE: "credits_per_image"}
"""The field that holds the price of a model of this type."""


def priced_models(model_type: str) -> QuerySet[AIModelConfig]:
    """Return the models of a type that are active and have a price, in the order of the settings page."""
    unpriced = {PRICE_FIELD[ModelType(model_type)]: None}
    rows = AIModelConfig.objects.filter(model_type=model_type, is_active=True).exclude(**unpriced)
    return rows.order_by("sort_order", "model_name")
