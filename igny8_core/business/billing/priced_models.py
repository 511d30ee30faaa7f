"""The models that a customer can be charged for on the new side."""

from django.db.models import QuerySet

from igny8_core.business.billing.models import AIModelConfig
from igny8_core.business.billing.signed_prices import PRICE_OF

ModelType = AIModelConfig.ModelType


def priced_models(model_type: str) -> QuerySet[AIModelConfig]:
    """Return the models of a type that are active and have a price, in the order of the settings page."""
    unpriced = {PRICE_OF[model_type]: None}
    rows = AIModelConfig.objects.filter(model_type=model_type, is_active=True).exclude(**unpriced)
    return rows.order_by("sort_order", "model_name")
