"""How long something outside may take, as a whole: whatever it does meanwhile, whoever waits goes on.

The limits of a client are for each of its steps: an answer that comes byte by byte never ends, and a name may be looked
up for as long as the system likes.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import TypeVar

R = TypeVar("R")


class TookTooLong(Exception):
    """Something outside was not done in time."""


def within(seconds: float, call: Callable[[], R]) -> R:
    """Return what ``call`` returns, or raise what it raises, where it comes within so many seconds.

    It runs in a thread of its own, which a caller that waits no longer leaves alone: ``call`` uses no database. Raises
    TookTooLong.
    """
    came: SimpleQueue[Future[R]] = SimpleQueue()

    def run() -> None:
        done: Future[R] = Future()
        try:
            done.set_result(call())
        except BaseException as error:  # noqa: BLE001  It is raised where somebody waits.
            done.set_exception(error)
        came.put(done)

    threading.Thread(target=run, name="harness-outside", daemon=True).start()
    try:
        return came.get(timeout=seconds).result()
    except Empty:
        raise TookTooLong(f"no answer within {seconds:g} s") from None
