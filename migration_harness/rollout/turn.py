"""Whose turn it is to look at a rollout: one process at a time, however many beats and workers there are.

A lock of a session of its own: it holds over the guards' reads and over what somebody outside is asked, no transaction
is open meanwhile, and it ends with its process. It spares work. That nothing is done twice does not rest on it: each
write says which version of the row it has seen (``Rollout.write``).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import psycopg

from migration_harness.deciding.direct import connect_directly

_LOCK: Final = 0x6861_726F
_SECONDS: Final = 2
_IDS: Final = 2**31
"""The second key of the lock is a number of 31 bits."""


@contextmanager
def turns() -> Iterator[Callable[[int], bool]]:
    """Give a function that takes the turn of a rollout, by its number, and tells whether it was free."""
    with connect_directly(name="harness rollouts", connect_timeout=_SECONDS) as session:

        def take(number: int) -> bool:
            row = session.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK, number % _IDS]).fetchone()
            return bool(row and row[0])

        try:
            yield take
        finally:
            # The server notices only later that a session has ended.
            with suppress(psycopg.Error):
                session.execute("SELECT pg_advisory_unlock_all()")
