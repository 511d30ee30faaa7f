"""What an operation costs today: the tariff of the operation, whatever the model."""

from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import CreditCalculationError
from igny8_core.business.billing.models import BillingConfiguration, CreditCostConfig, OperationType
from igny8_core.business.billing.usage import Usage


def credit_cost(*, account: Account, operation: str, model: str, usage: Usage) -> int:  # noqa: ARG001  The seam's signature.
    """Return ``max(ceil(total_tokens / tokens_per_credit), min_credits)`` of the operation's active row.

    Source of the formula: the credits and tokens guide. Without an active row the rates of
    ``BillingConfiguration`` apply, with at least one credit. Raises CreditCalculationError for an unknown
    operation.
    """
    if operation not in OperationType.values:
        raise CreditCalculationError(f"There is no operation {operation!r}.")
    tariff = CreditCostConfig.objects.filter(operation_type=operation, is_active=True).first()
    if tariff is not None:
        return max(-(-usage.total // tariff.tokens_per_credit), tariff.min_credits)
    defaults = BillingConfiguration.objects.filter(pk=1).first() or BillingConfiguration()
    return max(-(-usage.total // defaults.default_tokens_per_credit), 1)
