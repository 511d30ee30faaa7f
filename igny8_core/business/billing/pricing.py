"""What an operation costs: the price of its model."""

from decimal import Decimal

from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import CreditCalculationError, NoUsage, UnknownModel
from igny8_core.business.billing.models import OperationType
from igny8_core.business.billing.rates import current_rates
from igny8_core.business.billing.usage import Usage

MILLION = Decimal(1_000_000)


def credit_cost(*, account: Account, operation: str, model: str, usage: Usage) -> int:  # noqa: ARG001  The seam's signature.
    """Return the credits of one text operation: ``ceil(total_tokens / tokens_per_credit)`` of its model.

    Source of the formula: the signed price list. Raises CreditCalculationError for an unknown operation,
    UnknownModel for a model without an active, priced row, NoUsage for zero tokens.
    """
    if operation not in OperationType.values:
        raise CreditCalculationError(f"There is no operation {operation!r}.")
    rate = current_rates().get(model)
    if rate is None or rate.tokens_per_credit is None:
        raise UnknownModel(f"The model {model!r} has no active row with tokens_per_credit.")
    if usage.total == 0:
        raise NoUsage(f"{operation} on {model!r}: the provider reported no tokens.")
    return -(-usage.total // rate.tokens_per_credit)


def provider_cost_usd(*, model: str, usage: Usage) -> Decimal | None:
    """Return what the provider charges for a call, in USD; None where the model's rate is not known."""
    rate = current_rates().get(model)
    if rate is None or rate.input_cost_per_1m is None or rate.output_cost_per_1m is None:
        return None
    cost = usage.tokens_input * rate.input_cost_per_1m + usage.tokens_output * rate.output_cost_per_1m
    return (cost / MILLION).quantize(Decimal("0.000001"))
