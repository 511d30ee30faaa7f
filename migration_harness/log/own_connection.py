"""A database connection for the last things that a process does."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from django.db import connections

from migration_harness.database import alias

CONNECT_SECONDS: Final = 2
"""How long a process that ends waits for a database that does not answer."""


@contextmanager
def own_connection() -> Iterator[None]:
    """Let this thread use a new connection, which ends with the block.

    The thread's own may be what a forked child has inherited: two processes on one session break it for both. Or it
    may be in the middle of a transaction that will never commit.
    """
    name = alias()
    inherited = connections[name]
    own = inherited.copy()
    # A pool would give out what its parent has opened.
    own.settings_dict["OPTIONS"] = {
        **{name: value for name, value in own.settings_dict["OPTIONS"].items() if name != "pool"},
        "connect_timeout": CONNECT_SECONDS,
    }
    connections[name] = own
    try:
        yield
    finally:
        connections[name] = inherited
        with suppress(Exception):
            own.close()
