"""Transactions on the alias of the harness, by the names that Django gives them."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import transaction as of_django

from migration_harness.database import alias, alias_for

Block = of_django.Atomic
"""A transaction that is open, or a savepoint, of whatever alias and whoever opened it."""

View = TypeVar("View", bound=Callable[..., Any])


def atomic(*, using: str | None = None, savepoint: bool = True, durable: bool = False) -> "of_django.Atomic":
    """Return the block of a transaction, inside one of a savepoint. ``using`` can be no other alias."""
    return of_django.atomic(using=alias_for(using), savepoint=savepoint, durable=durable)


def on_commit(call: Callable[[], Any], *, using: str | None = None, robust: bool = True) -> None:
    """Call when the transaction has committed. Robust: what fails there must not fail what has committed."""
    of_django.on_commit(call, using=alias_for(using), robust=robust)


def give_back() -> None:
    """Have the transaction that is open, or the savepoint, undone at its end, without an error."""
    of_django.set_rollback(True, using=alias())


def commits_for_itself(view: View) -> View:
    """Mark a view whose requests are in no transaction, whatever ``ATOMIC_REQUESTS`` of the alias says.

    A flip inside one would be committed after the answer, which waits for processes that hear of it by the commit.
    """
    marked: View = of_django.non_atomic_requests(using=alias())(view)
    return marked
