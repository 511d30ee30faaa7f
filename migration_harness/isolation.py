"""The isolation level of what decides about money and flags: READ COMMITTED, whatever the project's default is.

Note [Read committed]: a charge takes the shared locks of its flags and then reads their epochs; a flip takes the
exclusive lock, and then the newest event of the trail. Both must see what committed while they waited. At REPEATABLE
READ and SERIALIZABLE a transaction sees its beginning for ever. So a transaction that is ours is set to READ COMMITTED,
and in one of the caller's that is stricter what we do is refused, by the server and not by what a client believes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import DatabaseError

from migration_harness.database import connection, transaction
from migration_harness.exceptions import TransactionTooStrict
from migration_harness.sqlstates import TOO_STRICT, sqlstate_of

STRICTER: Final = ("repeatable read", "serializable")
"""Levels at which a transaction does not see what commits after its first statement."""


@contextmanager
def read_committed() -> Iterator[None]:
    """Open a transaction at READ COMMITTED; inside one of the caller's, a savepoint at the caller's level.

    Raises TransactionTooStrict where a function of the database refuses that level.
    """
    is_ours = not connection.in_atomic_block and connection.get_autocommit()
    with told_of_isolation(), transaction.atomic():
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        yield


@contextmanager
def one_moment() -> Iterator[None]:
    """See everything at one moment, and write nothing; inside a caller's transaction as that one sees it."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@contextmanager
def told_of_isolation() -> Iterator[None]:
    """Raise TransactionTooStrict for the error with which the server refuses the level."""
    try:
        yield
    except DatabaseError as error:
        if is_too_strict(error):
            raise refusal(error) from error
        raise


def is_too_strict(error: DatabaseError) -> bool:
    """Tell whether an error is the server's refusal of a transaction's level."""
    return sqlstate_of(error) == TOO_STRICT


def refusal(error: DatabaseError) -> TransactionTooStrict:
    """Return the server's refusal in its words."""
    diagnosis = getattr(error.__cause__, "diag", None)
    message, hint = (getattr(diagnosis, name, None) or "" for name in ("message_primary", "message_hint"))
    return TransactionTooStrict(f"{message} {hint}")
