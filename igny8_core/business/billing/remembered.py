"""Rows that are read on every charge, remembered by this process for a moment.

Pricing runs on both sides of every charge, so it reads no row each time: a value is loaded again when it is
older than ``settings.IGNY8_RATES_SECONDS``.
"""

from collections.abc import Callable
from contextvars import ContextVar
from time import monotonic
from typing import Any, Generic, TypeVar

from django.conf import settings

T = TypeVar("T")


class Held(Generic[T]):
    """A value as it was when it was first asked for; a tuple around it, and nothing before that."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value: tuple[T] | None = None


class Steady:
    """Holds values still. A class and no generator: one is made on every charge.

    Each is read when somebody first asks for it: what nobody asks for any more is not read.
    """

    __slots__ = ("_tokens", "_variables")

    def __init__(self, *values: "Remembered[Any]") -> None:
        self._variables = [each.held for each in values]

    def __enter__(self) -> None:
        # Inside another one a value is held already.
        self._tokens = [(each, each.set(each.get() or Held())) for each in self._variables]

    def __exit__(self, *_: object) -> None:
        for variable, token in self._tokens:
            variable.reset(token)


class Remembered(Generic[T]):
    """A value that ``load`` reads from the database; replaced whole, never changed."""

    def __init__(self, name: str, load: Callable[[], T]) -> None:
        self._load = load
        self._loaded: tuple[T, float] | None = None
        """The value, and until when it is fresh: by ``monotonic``, in seconds."""
        self.held: ContextVar[Held[T] | None] = ContextVar(name, default=None)
        """What it is for who is in ``steady()``."""
        _all.append(self)

    def current(self) -> T:
        """Return the value: inside ``steady()`` always the same one."""
        if (held := self.held.get()) is None:
            return self._fresh()
        if held.value is None:
            held.value = (self._fresh(),)
        return held.value[0]

    def _fresh(self) -> T:
        """Return what was loaded, anew where that is too old."""
        loaded = self._loaded
        if loaded is None or monotonic() >= loaded[1]:
            value = self._load()
            self._loaded = loaded = (value, monotonic() + settings.IGNY8_RATES_SECONDS)
        return loaded[0]

    def steady(self) -> Steady:
        """Let one charge be priced, and described, by one value from beginning to end: a context manager."""
        return Steady(self)

    def forget(self) -> None:
        """Load the value anew at the next call."""
        self._loaded = None


_all: list[Remembered[Any]] = []


def forget() -> None:
    """Load everything anew at the next call: between tests."""
    for remembered in _all:
        remembered.forget()
