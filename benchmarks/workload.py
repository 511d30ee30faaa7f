"""The call that every row makes: the price of one AI operation, a few lines of arithmetic."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from igny8_core.auth.models import Account
from igny8_core.business.billing.usage import Usage


@dataclass(frozen=True, slots=True)
class Payer:
    """An account as a value: an argument that nobody can change."""

    pk: int


ACCOUNT = Payer(pk=7)
ROW = Account(pk=7, plan_id=2)
"""The same as a row, which can be changed: the other side gets a copy."""
USAGE = Usage(tokens_input=1_200, tokens_output=300)


def control(*, account: Any, operation: str, model: str, usage: Usage) -> int:
    """Return the credits by operation."""
    return max(-(-usage.total // 150), 2)


def candidate(*, account: Any, operation: str, model: str, usage: Usage) -> int:
    """Return the credits by model: the same number, for shadow's common case is a match."""
    return -(-usage.total // 150)


def call_of(function: Callable[..., object], *, account: Any = ACCOUNT) -> Callable[[], object]:
    """Return a call of ``function`` as the billing code writes it."""
    usage = USAGE
    return lambda: function(account=account, operation="clustering", model="gpt-5.1", usage=usage)
