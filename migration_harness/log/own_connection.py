"""A database connection for the last things that a process does."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from django.db import DEFAULT_DB_ALIAS, connections

CONNECT_SECONDS: Final = 2
"""How long a process that ends waits for a database that does not answer."""


@contextmanager
def own_connection() -> Iterator[None]:
    """Let this thread use a new connection, which ends with the block.

    The thread's own may be what a forked child has inherited: two processes on one session break it for both. Or it
    may be in the middle of a transaction that will never commit.
    """
    inherited = connections[DEFAULT_DB_ALIAS]
    own = inherited.copy()
    # A pool would give out what its parent has opened.
    own.settings_dict["OPTIONS"] = {
        **{name: value for name, value in own.settings_dict["OPTIONS"].items() if name != "pool"},
        "connect_timeout": CONNECT_SECONDS,
    }
    connections[DEFAULT_DB_ALIAS] = own
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = inherited
        with suppress(Exception):
            own.close()
