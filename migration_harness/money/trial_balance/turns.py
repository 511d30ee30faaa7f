"""One turn of the trial balance: a short transaction that sees one moment, and that nobody waits for.

Note [Nobody waits]: the trial balance reads the tables of the charges, and writes its own alone. It takes no lock that
a charge waits for; it gives up where a table is locked, and the server ends a turn that takes too long. The lock of its
own state lets one session check at a time: others leave it to that one. An advisory lock would not do: the moment that
a turn sees begins with its first query, and what the one before committed must be in it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from django.db import OperationalError

from migration_harness.database import connection, transaction
from migration_harness.money.books import Books
from migration_harness.sqlstates import LOCK_NOT_AVAILABLE, sqlstate_of

_LOCK: Final = "LOCK TABLE migration_harness_trialstate IN EXCLUSIVE MODE NOWAIT"

# A turn reads few rows of tables of any length: by their indexes, whatever the statistics say of them.
_BOUNDS: Final = """
SELECT set_config('statement_timeout', '5s', true), set_config('lock_timeout', '200ms', true),
       set_config('transaction_timeout', '15s', true), set_config('idle_in_transaction_session_timeout', '10s', true),
       set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
       set_config('enable_mergejoin', 'off', true), set_config('enable_bitmapscan', 'off', true),
       set_config('jit', 'off', true), set_config('max_parallel_workers_per_gather', '0', true)
"""


class Busy(Exception):
    """Another session is checking."""


class Turn:
    """What a turn asks of the database, all of it at one moment."""

    def __init__(self, books: Books | None) -> None:
        self.books = books
        self.oldest, self.newest = self._transactions()

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a statement, in which the host's books have their names in braces."""
        statement = sql if self.books is None else self.books.within(sql)
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters or {})
            return cursor.fetchall() if cursor.description else []

    def _transactions(self) -> tuple[int, int]:
        """Return the oldest transaction that still runs, and the first that has not begun."""
        ((oldest, newest),) = self.rows(
            "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() s"
        )
        return oldest, newest


@contextmanager
def turn(books: Books | None) -> Iterator[Turn]:
    """Open a turn; raises Busy. In a transaction of the caller's it sees what that one sees, and has its bounds."""
    is_ours = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if is_ours:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ WRITE")
        try:
            cursor.execute(_LOCK)
        except OperationalError as error:
            if sqlstate_of(error) != LOCK_NOT_AVAILABLE:
                raise
            raise Busy from error
        if is_ours:
            cursor.execute(_BOUNDS)
        yield Turn(books)
