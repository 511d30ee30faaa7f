"""One statement in a transaction of its own, with the least that driver and server can do about it.

Note [Past the cursor]: Django's cursor, psycopg's quoting and the server's parsing cost a charge a quarter of its time.
So the statement is prepared once on each connection, and its parameters go out beside it as they are. What a cursor
would refuse under the purity guard is refused here.

Note [Poolers]: in transaction mode a pooler may give the next statement to another server connection, where nothing
was prepared. The server then refuses before it does anything, and the statement is sent whole. Its name is made of
its text, so that the same name never stands for another statement.

Note [Answers]: the driver's own call would wait for an answer in C, where no signal reaches it: not Ctrl-C, and not a
worker's time limit. So it is waited for here, and not for ever: the server ends a charge after a second, and one that
has said nothing for longer than ``ANSWER_SECONDS`` is stopped, or something on the way swallows its answers. Then the
connection is closed, and nobody here knows whether the statement was carried out.
"""

from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from select import POLLIN, POLLOUT, poll
from time import monotonic
from typing import Any, Final
from weakref import WeakKeyDictionary

import psycopg
from django.db import DataError
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.errors import error_from_result
from psycopg.pq import DiagnosticField, ExecStatus, TransactionStatus

from migration_harness.api import refuse_side_effect

ANSWER_SECONDS: Final = 10.0
"""How long an answer is waited for: many times what the server gives a charge."""
CANCEL_SECONDS: Final = 1.0
"""How long the server may take to be told that nobody waits any more."""
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
        encoded = _encoded(parameters)
        database.close_if_health_check_failed()
        if database.connection is None:
            database.ensure_connection()
        driver = database.connection
        try:
            with driver.lock:
                return self._row(driver, encoded)
        except BaseException:
            with database.wrap_database_errors:
                _give_up(database, driver)
                raise

    def _row(self, driver: Any, encoded: list[bytes | None]) -> list[str | None]:
        result = self._result(driver, encoded)
        if result.status != ExecStatus.TUPLES_OK:
            raise _error_of(result)
        row = [result.get_value(0, column) for column in range(result.nfields)]
        return [None if value is None else value.decode() for value in row]

    def _result(self, driver: Any, encoded: list[bytes | None]) -> Any:
        """Note [Poolers]."""
        if (is_prepared := self._prepared.get(driver)) is None:
            driver.pgconn.send_prepare(self._name, self._sql)
            self._prepared[driver] = is_prepared = _answer(driver.pgconn).status == ExecStatus.COMMAND_OK
        if is_prepared:
            driver.pgconn.send_query_prepared(self._name, encoded)
            result = _answer(driver.pgconn)
            if result.error_field(DiagnosticField.SQLSTATE) not in _NOT_PREPARED:
                return result
            self._prepared[driver] = False
        driver.pgconn.send_query_params(self._sql, encoded)
        return _answer(driver.pgconn)


def _give_up(database: BaseDatabaseWrapper, driver: Any) -> None:
    """Leave a connection that is lost, or whose answer nobody waits for: it would be taken for the next one's."""
    try:
        if driver.pgconn.transaction_status == TransactionStatus.ACTIVE:
            with suppress(Exception):
                driver.cancel_safe(timeout=CANCEL_SECONDS)
            driver.close()
    finally:
        if driver.closed:
            database.close()


def _answer(pgconn: Any) -> Any:
    """Return the result of what was sent; raises psycopg.OperationalError where none comes. Note [Answers].

    A commit that fails is told after the row: the last result counts, or the first that is an error.
    """
    deadline = monotonic() + ANSWER_SECONDS
    socket = poll()
    if pgconn.flush():
        socket.register(pgconn.socket, POLLIN | POLLOUT)
        while pgconn.flush():
            _wait(socket, deadline)
            pgconn.consume_input()
    socket.register(pgconn.socket, POLLIN)
    told = None
    while True:
        while pgconn.is_busy():
            _wait(socket, deadline)
            pgconn.consume_input()
        if (result := pgconn.get_result()) is None:
            return told
        if told is None or told.status != ExecStatus.FATAL_ERROR:
            told = result


def _wait(socket: poll, deadline: float) -> None:
    if not socket.poll(max(0.0, deadline - monotonic()) * 1_000):
        raise psycopg.OperationalError(
            f"The database has not answered for {ANSWER_SECONDS:g} s, and the connection was closed. Whether the "
            "charge was made is not known: make it again with the same operation id, which charges once."
        )


def _encoded(texts: Sequence[str | None]) -> list[bytes | None]:
    """Return the texts for the driver, which would cut one at a NUL character; raises DataError, as a cursor does."""
    if "\0" in "".join(filter(None, texts)):
        raise DataError("PostgreSQL text cannot contain NUL characters. Take them out of the operation's texts.")
    return [None if each is None else each.encode() for each in texts]


def _error_of(result: Any) -> psycopg.Error:
    """Return the error of a result. Without an SQLSTATE it is not the server's: the connection is gone."""
    if result.error_field(DiagnosticField.SQLSTATE) is None:
        return psycopg.OperationalError(result.get_error_message())
    return error_from_result(result)
