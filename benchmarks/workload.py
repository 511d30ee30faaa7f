"""The call that every row makes: the price of one AI operation, a few lines of arithmetic."""

from collections.abc import Callable
from typing import Any

from igny8_core.auth.models import Account
from igny8_core.business.billing.usage import Usage

ACCOUNT = Account(pk=7, plan_id=2)
ARGUMENTS: dict[str, Any] = {
    "account": ACCOUNT,
    "operation": "clustering",
    "model": "gpt-5.1",
    "usage": Usage(tokens_input=1_200, tokens_output=300),
}


def control(*, account: Account, operation: str, model: str, usage: Usage) -> int:
    """Return the credits by operation."""
    return max(-(-usage.total // 150), 2)


def candidate(*, account: Account, operation: str, model: str, usage: Usage) -> int:
    """Return the credits by model: the same number, for shadow's common case is a match."""
    return -(-usage.total // 150)


def call_of(function: Callable[..., object]) -> Callable[[], object]:
    """Return a call of ``function`` as the billing code writes it."""
    account, usage = ACCOUNT, ARGUMENTS["usage"]
    return lambda: function(account=account, operation="clustering", model="gpt-5.1", usage=usage)
