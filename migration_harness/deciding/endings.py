"""What a process does before it ends, in whichever way a program ends it.

Note [Every end]: exit handlers run where the interpreter ends. A forked child often ends by ``os._exit`` (each child of
``multiprocessing`` does, and Celery's pool), or becomes another program; neither asks anybody. So these three
functions of ``os`` are replaced by ones that do the same and leave first. A process that holds nothing does nothing
there. What no program can see is not seen here: SIGKILL, a signal without a handler, a crash, ``_exit`` of C.

A forked child inherits what is registered here. So whatever is registered gives back what *this* process holds, never
what its parent does.
"""

import atexit
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache, wraps
from typing import Any, Final, NoReturn

from migration_harness.faults import fault

ENDS: Final = ("_exit", "execv", "execve")
"""Of ``os``: all that ends a process at once, or makes another program of it, comes to one of these."""

_acts: list[Callable[[], None]] = []


@cache
def watch() -> None:
    """Have this process leave wherever it ends. Whoever may refuse an end comes after this, and is asked before."""
    atexit.register(leave)
    for name in ENDS:
        setattr(os, name, _leaving_first(getattr(os, name)))


def before_the_end(act: Callable[[], None]) -> None:
    """Have ``act`` called before this process ends, and before its forked children do; the last one comes first."""
    watch()
    if act not in _acts:
        _acts.insert(0, act)


def leave() -> None:
    """Do what is to be done. Doing it twice does no harm; a fault in it ends nothing and is logged."""
    for act in tuple(_acts):
        try:
            act()
        except Exception as error:  # noqa: BLE001  The process ends all the same.
            fault("", "the end of the process", error)


def is_over() -> bool:
    """Tell whether only daemon threads are left: nobody will ask them anything, and nobody will end them.

    So it is where the interpreter ends; and in the child of a fork in a thread, when that thread has returned.
    """
    main = threading.main_thread()
    return not any(each is main or not each.daemon for each in threading.enumerate())


def _leaving_first(end: Callable[..., NoReturn]) -> Callable[..., NoReturn]:
    @wraps(end)
    def leaving(*args: Any, **kwargs: Any) -> NoReturn:
        with suppress(BaseException):
            leave()
        end(*args, **kwargs)

    return leaving
