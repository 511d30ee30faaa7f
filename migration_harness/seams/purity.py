"""The guard around the side that does not answer: it may read, it may not write.

At its first query the guarded side enters a savepoint (outside a transaction, a transaction) with
``transaction_read_only=on``, on each database it touches; all of it is rolled back afterwards. So a
database error that the side swallows cannot abort the caller's transaction, and what it tries to write
is refused by PostgreSQL. What PostgreSQL allows in a read-only transaction and others would notice
(NOTIFY, advisory locks) is refused here. A query on the raw driver connection, past Django, is not seen.
"""

import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

READ_ONLY_VIOLATION: Final = "25006"
"""SQLSTATE of a write in a read-only transaction."""

_REFUSED: Final = re.compile(r"\b(?:(?:un)?listen|notify|pg_notify|pg_(?:try_)?advisory_\w+)\b", re.IGNORECASE)


class SideEffectRefused(BaseException):
    """Raised into guarded code that tries what the guard refuses.

    Not an Exception, so that the code under guard cannot swallow it and go on with the side effect's
    result missing; the seam turns it into the verdict ``blocked``.
    """


class Guard:
    """One run of a side under guard."""

    # Class attributes and no __init__: a guard is made on every compared call, and most are never entered.
    blocked: str | None = None
    entered: tuple[tuple[BaseDatabaseWrapper, transaction.Atomic], ...] = ()
    _entering = False

    def enter(self, database: BaseDatabaseWrapper) -> None:
        """Make the rest of the run read-only on this database; once."""
        if self._entering or any(entered is database for entered, _ in self.entered):
            return
        self._entering = True
        try:
            atomic = transaction.Atomic(database.alias, savepoint=True, durable=False)
            # Lets the guarded code use atomic(durable=True) as it does outside the guard.
            atomic._from_testcase = True  # type: ignore[attr-defined]  # noqa: SLF001
            atomic.__enter__()
            self.entered += ((database, atomic),)
            with database.cursor() as cursor:
                cursor.execute("SET LOCAL transaction_read_only = on")
        finally:
            self._entering = False

    def close(self) -> None:
        """Roll back all that the run did."""
        entered, self.entered = self.entered, ()
        for database, atomic in reversed(entered):
            database.set_rollback(True)
            atomic.__exit__(None, None, None)


active: ContextVar[Guard | None] = ContextVar("harness_guard", default=None)


def refuse_side_effect(effect: str) -> None:
    """Raise SideEffectRefused where this code runs under guard; to be called before a side effect past the database.

    ``effect`` says what was tried, for example ``provider: openai``.
    """
    if (guard := active.get()) is not None:
        guard.blocked = effect
        raise SideEffectRefused(effect)


def watch(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Install the guard on a connection; called by Django for every connection that it opens.

    It hooks the making of a cursor, the one thing that every query goes through, ``copy`` as well.
    """
    if _check_statement in connection.execute_wrappers:
        return
    # At the front: whoever opened the connection inside execute_wrapper() will pop the last one.
    connection.execute_wrappers.insert(0, _check_statement)
    create_cursor = connection.create_cursor

    def guarded(*args: Any, **kwargs: Any) -> Any:
        if (guard := active.get()) is not None:
            guard.enter(connection)
        return create_cursor(*args, **kwargs)

    connection.create_cursor = guarded  # type: ignore[method-assign]


def _check_statement(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001  Django's signature.
    guard = active.get()
    if guard is None:
        return execute(sql, params, many, context)
    if refused := _REFUSED.search(str(sql)):
        guard.blocked = f"database: {refused.group().lower()}"
        raise SideEffectRefused(guard.blocked)
    try:
        return execute(sql, params, many, context)
    except Exception as error:
        if getattr(error.__cause__, "sqlstate", None) == READ_ONLY_VIOLATION:
            # The verb alone: the statement holds values.
            guard.blocked = f"database: {str(sql).split(maxsplit=1)[0].lower()}"
        raise
