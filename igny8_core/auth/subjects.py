"""Whom a call of a seam is about: the account that it names, and the account's plan."""

from dataclasses import dataclass
from typing import Any, Self

from igny8_core.auth.models import Account


@dataclass(frozen=True, slots=True)
class Payer:
    """An account as a price knows it. Nobody can change one, so both sides of a compared call can have the same."""

    pk: int
    plan_id: int

    @classmethod
    def of(cls, account: Account) -> Self:
        """Return the payer that an account is."""
        return cls(account.pk, account.plan_id)


def account_id(*, account: Account | Payer, **_: Any) -> int:
    """Return the account whose flag decides."""
    return account.pk


def plan_id(*, account: Account | Payer, **_: Any) -> str:
    """Return the plan by which comparisons are counted."""
    return str(account.plan_id)
