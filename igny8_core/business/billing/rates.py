"""The active models' prices, in this process.

Pricing runs beside the legacy code on every charge, so it reads no row each time: the rates are
loaded again when they are older than ``settings.IGNY8_RATES_SECONDS``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from time import monotonic
from types import MappingProxyType

from django.conf import settings

from igny8_core.business.billing.models import AIModelConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRate:
    """The price of one active model; USD per million tokens, tokens per credit."""

    model_name: str
    tokens_per_credit: int | None
    input_cost_per_1m: Decimal | None
    output_cost_per_1m: Decimal | None


@dataclass(frozen=True, slots=True)
class _Loaded:
    rates: Mapping[str, ModelRate]
    at: float


_loaded: _Loaded | None = None


def current_rates() -> Mapping[str, ModelRate]:
    """Return the rates of all active models by name."""
    global _loaded  # noqa: PLW0603  One per process; replaced whole.
    loaded = _loaded
    if loaded is None or monotonic() - loaded.at >= settings.IGNY8_RATES_SECONDS:
        _loaded = loaded = _Loaded(rates=_load(), at=monotonic())
    return loaded.rates


def _load() -> Mapping[str, ModelRate]:
    rows = AIModelConfig.objects.filter(is_active=True)
    return MappingProxyType(
        {
            row.model_name: ModelRate(
                model_name=row.model_name,
                tokens_per_credit=row.tokens_per_credit,
                input_cost_per_1m=row.input_cost_per_1m,
                output_cost_per_1m=row.output_cost_per_1m,
            )
            for row in rows
        }
    )


def forget() -> None:
    """Load the rates anew at the next call."""
    global _loaded  # noqa: PLW0603
    _loaded = None
