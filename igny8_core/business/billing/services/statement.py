"""One statement in a transaction of its own, with the least that driver and server can do about it.

Note [Past the cursor]: Django's cursor, psycopg's quoting and the server's parsing cost a charge a quarter of its time.
So the statement is prepared once on each connection, and its parameters go out beside it as they are. What a cursor
would refuse under the purity guard is refused here.

Note [Poolers]: in transaction mode a pooler may give the next statement to another server connection, where nothing
was prepared. The server then refuses before it does anything, and the statement is sent whole. Its name is made of
its text, so that the same name never stands for another statement.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final
from weakref import WeakKeyDictionary

import psycopg
from django.db import DataError
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.errors import error_from_result
from psycopg.pq import DiagnosticField, ExecStatus

from migration_harness.api import refuse_side_effect

_NOT_PREPARED: Final = (b"26000", b"0A000")
"""SQLSTATEs of a statement that is not prepared here, or was before a schema migration changed what it returns."""


class Statement:
    """SQL with ``$1``, ``$2``, … that returns one row."""

    def __init__(self, sql: str) -> None:
        self._sql = sql.encode()
        self._name = f"igny8_{sha256(self._sql).hexdigest()[:16]}".encode()
        self._prepared: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()

    def execute_alone(
        self,
        parameters: Sequence[str | None],
        *,
        database: BaseDatabaseWrapper,
        effect: str,
    ) -> list[str | None]:
        """Run it with these texts and return its row as texts; it commits by itself.

        ``effect`` says what it does, for a guard that refuses it. Raises Django's database errors.
        """
        refuse_side_effect(effect)
        encoded = [None if each is None else _encoded(each) for each in parameters]
        database.close_if_health_check_failed()
        database.ensure_connection()
        with database.wrap_database_errors:
            driver = database.connection
            with driver.lock:
                result = self._result(driver, encoded)
            if result.status != ExecStatus.TUPLES_OK:
                raise _error_of(result)
        row = [result.get_value(0, column) for column in range(result.nfields)]
        return [None if value is None else value.decode() for value in row]

    def _result(self, driver: Any, encoded: list[bytes | None]) -> Any:
        """Note [Poolers]."""
        if driver not in self._prepared:
            self._prepared[driver] = driver.pgconn.prepare(self._name, self._sql).status == ExecStatus.COMMAND_OK
        if self._prepared[driver]:
            result = driver.pgconn.exec_prepared(self._name, encoded)
            if result.error_field(DiagnosticField.SQLSTATE) not in _NOT_PREPARED:
                return result
            self._prepared[driver] = False
        return driver.pgconn.exec_params(self._sql, encoded)


def _encoded(text: str) -> bytes:
    """Return the text for the driver, which would cut it at a NUL character; raises DataError, as a cursor does."""
    if "\0" in text:
        raise DataError("PostgreSQL text cannot contain NUL characters. Take them out of the operation's texts.")
    return text.encode()


def _error_of(result: Any) -> psycopg.Error:
    """Return the error of a result. Without an SQLSTATE it is not the server's: the connection is gone."""
    if result.error_field(DiagnosticField.SQLSTATE) is None:
        return psycopg.OperationalError(result.get_error_message())
    return error_from_result(result)
