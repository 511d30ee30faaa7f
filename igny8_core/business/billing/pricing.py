"""What an operation costs: the price of its model."""

from collections.abc import Mapping
from decimal import Decimal

from igny8_core.auth.models import Account
from igny8_core.auth.subjects import Payer
from igny8_core.business.billing.exceptions import CreditCalculationError, NoUsage, UnknownModel
from igny8_core.business.billing.models import OperationType
from igny8_core.business.billing.rates import current_rates
from igny8_core.business.billing.usage import Usage

MILLION = Decimal(1_000_000)
_KEPT_TO = Decimal("0.000001")
_OPERATIONS = frozenset(OperationType.values)


def credit_cost(
    *,
    account: Account | Payer,  # noqa: ARG001  The seam's signature.
    operation: str,
    model: str,
    usage: Usage,
    # @legacy begin model-based-credits
    # The model whose price is asked where it is not that of the usage.
    target_model: str = "",
    # @legacy end
) -> int:
    """Return the credits of one text operation: ``ceil(total_tokens / tokens_per_credit)`` of its model.

    Source of the formula: the signed price list. Raises CreditCalculationError for an unknown
    operation, UnknownModel for a model without an active, priced row, NoUsage for zero tokens.
    """
    if operation not in _OPERATIONS:
        raise CreditCalculationError(f"There is no operation {operation!r}.")
    model = target_model or model  # @legacy line model-based-credits
    rate = current_rates().get(model)
    if rate is None or rate.tokens_per_credit is None:
        raise UnknownModel(f"The model {model!r} has no active row with tokens_per_credit.")
    if usage.total == 0:
        raise NoUsage(f"{operation} on {model!r}: the provider reported no tokens.")
    return -(-usage.total // rate.tokens_per_credit)


def image_cost(
    *,
    account: Account | Payer,  # noqa: ARG001  The seam's signature.
    model: str,
    images: int,
    # @legacy begin model-based-credits
    # The model whose price is asked where it is not that of the usage.
    target_model: str = "",
    # @legacy end
) -> int:
    """Return the credits of ``images`` images: ``credits_per_image × images`` of the model.

    Source of the formula: the signed price list. Raises UnknownModel for a model without an active, priced row.
    """
    model = target_model or model  # @legacy line model-based-credits
    rate = current_rates().get(model)
    if rate is None or rate.credits_per_image is None:
        raise UnknownModel(f"The model {model!r} has no active row with credits_per_image.")
    return rate.credits_per_image * images


def rates_used(*, model: str) -> Mapping[str, int]:
    """Return the rate that the price of an operation on this model rests on, for the ledger."""
    rate = current_rates().get(model)
    if rate is None:
        return {}
    if rate.credits_per_image is not None:
        return {"credits_per_image": rate.credits_per_image}
    return {} if rate.tokens_per_credit is None else {"tokens_per_credit": rate.tokens_per_credit}


def provider_cost_usd(*, model: str, usage: Usage, images: int = 0) -> Decimal | None:
    """Return what the provider charges for a call, in USD; None where the model's rate is not known."""
    rate = current_rates().get(model)
    if rate is None:
        return None
    if images:
        return None if rate.cost_per_image is None else rate.cost_per_image * images
    if rate.input_cost_per_1m is None or rate.output_cost_per_1m is None:
        return None
    cost = usage.tokens_input * rate.input_cost_per_1m + usage.tokens_output * rate.output_cost_per_1m
    return (cost / MILLION).quantize(_KEPT_TO)
