"""A connection under guard to a database that is no PostgreSQL, and knows no transaction that only reads."""

import re
from collections.abc import Callable
from typing import Any, Final

from django.db import DatabaseError

from migration_harness.faults import fault
from migration_harness.seams.purity.confined import Confined
from migration_harness.seams.purity.guard import active
from migration_harness.seams.purity.statements import savepoint_of, statements_of

_READS: Final = frozenset(("describe", "explain", "pragma", "select", "show", "values", "with"))
_WRITES: Final = re.compile(r"\b(?:insert|update|delete|merge|into)\b|^pragma .*=")
_FOR_UPDATE: Final = re.compile(r"\bfor (?:no key )?update\b")


class ConfinedElsewhere(Confined):
    """What a statement says decides whether it only reads; all of it is rolled back."""

    _savepoint: Any = None

    def _enter(self) -> None:
        self.connect()
        database = self.database
        self._driver = database.connection
        if database.get_autocommit():
            database.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
            database.in_atomic_block = True
        else:
            self._in_callers_transaction = True
            self._savepoint = database.savepoint()
        database.execute_wrappers = [*database.execute_wrappers, _refuse_writes]

    def _forgive(self) -> None:
        """One failed statement does not spoil the next: its transaction goes on."""
        self.database.needs_rollback = False

    def _roll_back(self, driver: Any) -> None:
        try:
            with self.database.wrap_database_errors:
                self._undo(driver)
        except DatabaseError as error:
            fault("purity", "rollback", error)

    def _undo(self, driver: Any) -> None:
        database = self.database
        if self._savepoint is not None:
            database.needs_rollback = False
            database.savepoint_rollback(self._savepoint)
            database.savepoint_commit(self._savepoint)
            return
        database.in_atomic_block = False
        driver.rollback()
        database.set_autocommit(True)


def _refuse_writes(execute: Callable[..., Any], sql: str, params: Any, many: Any, context: Any) -> Any:
    """Django's hook around every statement of a connection; the guard's own statements pass."""
    if (guard := active.get()) is None:
        return execute(sql, params, many, context)
    for statement in statements_of(str(sql)):
        verb = statement.split(maxsplit=1)[0].strip("(")
        if savepoint_of(statement) is None and (verb not in _READS or _writes(statement)):
            guard.here().refuse(f"database: {verb}")
    here = guard.here()
    # Its driver may talk to a server by Python's sockets.
    outer, here.reading = here.reading, True
    try:
        return execute(sql, params, many, context)
    finally:
        here.reading = outer


def _writes(statement: str) -> bool:
    return _WRITES.search(_FOR_UPDATE.sub("", statement)) is not None
