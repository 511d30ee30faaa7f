"""What the prices of a forecast rest on, by name: a signature holds as long as nothing of it changes."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from igny8_core.ai import constants
from igny8_core.auth.models import Plan
from igny8_core.business.billing.models import AIModelConfig, BillingConfiguration, CreditCostConfig
from igny8_core.modules.system.models import GlobalIntegrationSettings

_PRICE_LIST: Final = files("igny8_core.business.billing") / "price_list.toml"
_OF_MODEL: Final = (
    "is_active", "is_default", "quality_tier", "tokens_per_credit", "credits_per_image", "input_cost_per_1m",
    "output_cost_per_1m", "cost_per_image",
)  # fmt: skip
_OF_TARIFF: Final = ("is_active", "tokens_per_credit", "min_credits", "price_per_credit_usd")
_OF_BILLING: Final = ("default_tokens_per_credit", "default_credit_price_usd")
_OF_SETTINGS: Final = ("openai_model", "dalle_model", "runware_model", "default_image_service")


def price_inputs() -> Mapping[str, str]:
    """Return every price, default and tier, and a digest of the signed price list and of the constants."""
    return dict(_inputs())


def _inputs() -> Iterator[tuple[str, str]]:
    for row in AIModelConfig.objects.order_by("model_name"):
        yield from _fields(f"model {row.model_name}", row, _OF_MODEL)
    for tariff in CreditCostConfig.objects.order_by("operation_type"):
        yield from _fields(f"tariff {tariff.operation_type}", tariff, _OF_TARIFF)
    yield from _fields("billing", BillingConfiguration.objects.filter(pk=1).first(), _OF_BILLING)
    yield from _fields("global settings", GlobalIntegrationSettings.objects.filter(pk=1).first(), _OF_SETTINGS)
    for plan in Plan.objects.order_by("name"):
        yield from _fields(f"plan {plan.name}", plan, ("allows_overrides",))
    yield "price list", sha256(_PRICE_LIST.read_bytes()).hexdigest()[:16]
    yield "constants", sha256(repr((constants.MODEL_RATES, constants.IMAGE_MODEL_RATES)).encode()).hexdigest()[:16]


def _fields(name: str, row: Any, fields: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for field in fields:
        yield f"{name}, {field}", "missing" if row is None else _text(getattr(row, field))


def _text(value: Any) -> str:
    """0.0400 and 0.04 are the same price."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "none" if value is None else str(value)
