"""The transaction of a shadow: short, given back at once where anybody waits for it, and undone whatever happens.

Note [Yields]: the rows that are put back are locked against others. The server ends the transaction when its time is
over, even where this process hangs; and before each statement the shadow looks, once in some milliseconds, whether
anybody waits for a lock of its own. If so it ends. So whoever waits does so for a statement of the operation and a few
milliseconds, and never for longer than the setting says. Where looking takes long, it looks less often.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Final

from django.db import DatabaseError
from psycopg.pq import TransactionStatus

from migration_harness.database import connection
from migration_harness.operations.trying import rolled_back
from migration_harness.passing import RunGivenUp
from migration_harness.seams.purity.guard import outside
from migration_harness.sqlstates import LOCK_NOT_AVAILABLE, sqlstate_of

LOCK_MS: Final = 20
"""How long it waits for a row itself."""
LOOK_SECONDS: Final = 0.01
SHARE_OF_LOOKING: Final = 9
"""Times as long as a look takes nobody looks again."""
_BOUNDS: Final = "SELECT set_config('lock_timeout', %s, true), set_config('transaction_timeout', %s, true)"
_WAITED_FOR: Final = """
SELECT EXISTS (SELECT FROM pg_locks w WHERE NOT w.granted AND pg_backend_pid() = ANY (pg_blocking_pids(w.pid)))
"""
_UNDOING: Final = ("ROLLBACK TO", "RELEASE")
TOO_LONG: Final = "it took longer than {} ms"
HELD: Final = "a row was held by somebody else"
WAITED_FOR: Final = "somebody waited for a row that it held"


@contextmanager
def alone(*, milliseconds: int) -> Iterator[None]:
    """Open the transaction. Raises RunGivenUp where it has to end, and what the database raises."""
    watch = _Watch(milliseconds)
    with rolled_back():
        with connection.cursor() as cursor:
            cursor.execute(_BOUNDS, [f"{LOCK_MS}ms", f"{milliseconds}ms"])
        with connection.execute_wrapper(watch):
            yield


class _Watch:
    """Stands before each statement."""

    def __init__(self, milliseconds: int) -> None:
        self._milliseconds = milliseconds
        now = monotonic()
        self._over_at, self._look_at = now + milliseconds / 1000, now + LOOK_SECONDS
        self._given_up = ""

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001  As Django calls it.
        if not str(sql).startswith(_UNDOING):
            self._look()
        try:
            return execute(sql, params, many, context)
        except DatabaseError as error:
            if sqlstate_of(error) == LOCK_NOT_AVAILABLE:
                self._given_up = HELD
            elif connection.connection is None or connection.connection.closed:
                # The server has ended it.
                self._given_up = TOO_LONG.format(self._milliseconds)
            else:
                raise
            raise RunGivenUp(self._given_up) from error

    def _look(self) -> None:
        now = monotonic()
        if now > self._over_at:
            self._given_up = self._given_up or TOO_LONG.format(self._milliseconds)
        elif not self._given_up and now > self._look_at:
            if _is_waited_for():
                self._given_up = WAITED_FOR
            after = monotonic()
            self._look_at = after + max(LOOK_SECONDS, SHARE_OF_LOOKING * (after - now))
        if self._given_up:
            raise RunGivenUp(self._given_up)


def _is_waited_for() -> bool:
    driver: Any = connection.connection
    if driver.info.transaction_status is not TransactionStatus.INTRANS:
        return False  # An error of the operation's own: nothing can be asked.
    # It is nothing that the operation does: the guard is not asked.
    return bool(outside(driver.execute, _WAITED_FOR).fetchone()[0])
