"""The models that the new side can serve: those with a price, and with all that it asks of their rows besides."""

from typing import Final

from django.db.models import QuerySet

from igny8_core.business.billing.models import AIModelConfig
from igny8_core.business.billing.priced_models import ModelType, priced_models
from igny8_core.business.billing.signed_prices import PRICE_OF

_NUMBERS: Final = {ModelType.TEXT: ("input_cost_per_1m", "output_cost_per_1m"), ModelType.IMAGE: ("cost_per_image",)}
_TEXTS: Final = {ModelType.TEXT: (), ModelType.IMAGE: ("quality_tier", "square_size", "landscape_size")}
"""What the new side asks of a row of a type, and refuses to go on without."""


def served_models(model_type: str) -> QuerySet[AIModelConfig]:
    """Return the models of a type that are active and priced and lack nothing, in the order of the settings page."""
    rows = priced_models(model_type)
    for field in _NUMBERS[ModelType(model_type)]:
        rows = rows.exclude(**{field: None})
    for field in _TEXTS[ModelType(model_type)]:
        rows = rows.exclude(**{field: None}).exclude(**{field: ""})
    return rows


def missing_fields(row: AIModelConfig) -> list[str]:
    """Return the fields of a model that have to be filled before the new side can serve it, its price first."""
    kind = ModelType(row.model_type)
    return [field for field in (PRICE_OF[kind], *_NUMBERS[kind], *_TEXTS[kind]) if getattr(row, field) in {None, ""}]
