"""What an operation costs today: the tariff of the operation, whatever the model."""

from collections.abc import Mapping
from decimal import Decimal
from math import ceil
from typing import Any

from igny8_core.ai.constants import IMAGE_MODEL_RATES
from igny8_core.auth.models import Account
from igny8_core.auth.subjects import Payer
from igny8_core.business.billing.exceptions import CreditCalculationError, UnknownModel
from igny8_core.business.billing.legacy.tariffs import tariffs
from igny8_core.business.billing.models import OperationType
from igny8_core.business.billing.rates import current_rates
from igny8_core.business.billing.usage import Usage
from migration_harness.api import tombstone

_OPERATIONS = frozenset(OperationType.values)


@tombstone(owner="billing", since="2026-11-30", reason="The price of the operation, whatever the model.")
def credit_cost(*, account: Account | Payer, operation: str, model: str, usage: Usage, target_model: str = "") -> int:  # noqa: ARG001  The seam's signature.
    """Return ``max(ceil(total_tokens / tokens_per_credit), min_credits)`` of the operation's active row.

    Source of the formula: the credits and tokens guide. Without an active row the rates of
    ``BillingConfiguration`` apply, with at least one credit. Raises CreditCalculationError for an unknown
    operation.
    """
    if operation not in _OPERATIONS:
        raise CreditCalculationError(f"There is no operation {operation!r}.")
    tariff = tariffs.current().of(operation)
    return max(-(-usage.total // tariff.tokens_per_credit), tariff.min_credits)


@tombstone(owner="billing", since="2026-11-30", reason="The price of the operation, whatever the model.")
def image_cost(*, account: Account | Payer, model: str, images: int, target_model: str = "") -> int:  # noqa: ARG001  The seam's signature.
    """Return ``max(ceil(cost_usd / price_per_credit_usd), min_credits)`` of the row of ``image_generation``.

    Source of the formula: our reading of "``ModelRegistry.calculate_cost()`` for image costs". The model's rate is
    that of its database row, else of the constants. Raises UnknownModel where neither has one.
    """
    tariff = tariffs.current().of(OperationType.IMAGE_GENERATION.value)
    rate = _usd_per_image(model)
    if rate is None:
        raise UnknownModel(f"The image model {model!r} has no rate, neither in the database nor in the constants.")
    return max(ceil(rate * images / tariff.price_per_credit_usd), tariff.min_credits)


@tombstone(owner="billing", since="2026-11-30", reason="The price of the operation, whatever the model.")
def rates_used(*, operation: str, model: str) -> Mapping[str, Any]:
    """Return the rates that the price of this operation rests on, for the ledger; USD as text."""
    tariff = tariffs.current().of(operation)
    if operation != OperationType.IMAGE_GENERATION:
        return {"tokens_per_credit": tariff.tokens_per_credit, "min_credits": tariff.min_credits}
    return {
        "usd_per_image": str(_usd_per_image(model)),
        "price_per_credit_usd": str(tariff.price_per_credit_usd),
        "min_credits": tariff.min_credits,
    }


def _usd_per_image(model: str) -> Decimal | None:
    row = current_rates().get(model)
    return row.cost_per_image if row is not None else IMAGE_MODEL_RATES.get(model)
