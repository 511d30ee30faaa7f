"""For whom code of the host runs: for somebody who gets the answer, or for the harness, which only looks.

A forecast, a gate or the repair of a store asks both sides of many things, and answers no customer with any of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

own_doing: ContextVar[bool] = ContextVar("harness_own_doing", default=False)
"""Whether what runs now runs for the harness alone."""


undone: ContextVar[bool] = ContextVar("harness_undone", default=False)
"""Whether all that runs now is undone afterwards: nothing that it compares, and no error in it, is one of live work."""


@contextmanager
def for_the_harness() -> Iterator[None]:
    """Run code of the host for the harness: no execution of legacy code in it is one for an answer."""
    token = own_doing.set(True)
    try:
        yield
    finally:
        own_doing.reset(token)


@contextmanager
def to_be_undone() -> Iterator[None]:
    """Run code of the host for the harness, and count nothing of it: whoever calls undoes all that it does."""
    token = undone.set(True)
    try:
        with for_the_harness():
            yield
    finally:
        undone.reset(token)
