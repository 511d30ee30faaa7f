"""What is told of a change after its commit, by a thread: whoever is told may hang.

A log handler of the host may wait for a disk or a network that does not answer. What has committed waits for it a
moment once, so that the log has its events in order; as long as it hangs nobody waits for it any more.
"""

import atexit
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from typing import Final

from migration_harness.deciding import endings

_MOMENT_SECONDS: Final = 0.1
_END_SECONDS: Final = 1.0
"""How long a process that ends waits for what is still being told."""

_telling: set[threading.Thread] = set()


def tell_aside(tell: Callable[[], object]) -> None:
    """Call ``tell``: what it raises fails nobody, and where it hangs it holds nobody up."""
    endings.before_the_end(_wait_for_the_last)
    hangs = _hangs()
    thread = threading.Thread(target=copy_context().run, args=(_tell, tell), name="harness-aside", daemon=True)
    _telling.add(thread)
    thread.start()
    if not hangs:
        thread.join(_MOMENT_SECONDS)


def _tell(tell: Callable[[], object]) -> None:
    try:
        with suppress(Exception):
            tell()
    finally:
        _telling.discard(threading.current_thread())


def _hangs() -> bool:
    # In a forked child none of its parent's threads is alive.
    return any(thread.is_alive() for thread in tuple(_telling))


def _wait_for_the_last() -> None:
    """Let the last ones out. A log that hangs would hang the end of the process too, so it is not asked to close."""
    deadline = time.monotonic() + _END_SECONDS
    for thread in tuple(_telling):
        thread.join(max(0.0, deadline - time.monotonic()))
    if _hangs():
        atexit.unregister(logging.shutdown)
