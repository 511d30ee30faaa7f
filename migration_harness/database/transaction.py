"""Transactions on the alias of the harness, by the names that Django gives them."""

from collections.abc import Callable
from typing import Any

from django.db import transaction as of_django

from migration_harness.database import alias_for


def atomic(*, using: str | None = None, savepoint: bool = True, durable: bool = False) -> "of_django.Atomic":
    """Return the block of a transaction, inside one of a savepoint. ``using`` can be no other alias."""
    return of_django.atomic(using=alias_for(using), savepoint=savepoint, durable=durable)


def on_commit(call: Callable[[], Any], *, using: str | None = None, robust: bool = True) -> None:
    """Call when the transaction has committed. Robust: what fails there must not fail what has committed."""
    of_django.on_commit(call, using=alias_for(using), robust=robust)
