"""Functions of the harness that do something besides while a test listens; in production nobody pays for it."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

Wrap = Callable[[Callable[..., Any]], Callable[..., Any]]


class Replaced:
    """Wraps attributes of modules and classes while anybody wants it, and leaves them as they were.

    ``wrapped`` has each as owner, name, and what makes the wrapper of what is there.
    """

    def __init__(self, *wrapped: tuple[Any, str, Wrap]) -> None:
        self._wrapped = wrapped
        self._wanted = 0
        self._back = ExitStack()

    def want(self) -> None:
        """Have them wrapped."""
        self._wanted += 1
        if self._wanted == 1:
            for owner, name, wrap in self._wrapped:
                found = getattr(owner, name)
                self._back.callback(setattr, owner, name, found)
                setattr(owner, name, wrap(found))

    def leave(self) -> None:
        """Have them as they were, where nobody else wants them wrapped."""
        self._wanted -= 1
        if not self._wanted:
            self._back.close()
