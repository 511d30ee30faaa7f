"""Whom a call of a seam is about: the account that it names, and the account's plan."""

from typing import Any

from igny8_core.auth.models import Account


def account_id(*, account: Account, **_: Any) -> int:
    """Return the account whose flag decides."""
    return account.pk


def plan_id(*, account: Account, **_: Any) -> str:
    """Return the plan by which comparisons are counted."""
    return str(account.plan_id)
