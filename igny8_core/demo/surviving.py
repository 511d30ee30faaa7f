"""An unexpected error in one step of the demo: it is told, and the next step goes on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias

from django.db import connections

Failed: TypeAlias = Callable[[str], None]
"""Is told, in one line, what failed."""

_LONGEST: Final = 500


@contextmanager
def surviving(failed: Failed) -> Iterator[None]:
    """Tell of an error and end the block; what ends the process (Ctrl-C, SIGTERM) passes."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  Whatever is wrong with the service, the demo is there to show it.
        message = " ".join(str(error).split())[:_LONGEST]
        failed(f"failed: {type(error).__name__}{f': {message}' if message else ''}")
        for connection in connections.all(initialized_only=True):
            # Inside a transaction the connection is its owner's to close.
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
