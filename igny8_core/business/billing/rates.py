"""The active models' prices, in this process."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from igny8_core.business.billing.models import AIModelConfig
from igny8_core.business.billing.phase_one import CREDITS_PER_IMAGE, TOKENS_PER_CREDIT
from igny8_core.business.billing.remembered import Remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRate:
    """The price of one active model; USD per million tokens or per image, tokens per credit, credits per image."""

    model_name: str
    tokens_per_credit: int | None
    credits_per_image: int | None
    input_cost_per_1m: Decimal | None
    output_cost_per_1m: Decimal | None
    cost_per_image: Decimal | None


def _load() -> Mapping[str, ModelRate]:
    # Legacy prices by these rates, too, and knows nothing of the columns that came with phase 1.
    columns = {name: name for name in ModelRate.__slots__} | {
        "tokens_per_credit": TOKENS_PER_CREDIT,
        "credits_per_image": CREDITS_PER_IMAGE,
    }
    rows = AIModelConfig.objects.filter(is_active=True).values_list(*columns.values())
    found = (ModelRate(**dict(zip(columns, row, strict=True))) for row in rows)
    return MappingProxyType({rate.model_name: rate for rate in found})


rates = Remembered(_load)


def current_rates() -> Mapping[str, ModelRate]:
    """Return the rates of all active models by name."""
    return rates.current()
