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


class Steady(Generic[T]):
    """Holds a value still. A class and no generator: two are made on every charge."""

    __slots__ = ("_token", "_value", "_variable")

    def __init__(self, variable: "ContextVar[T | None]", value: T) -> None:
        self._variable = variable
        self._value = value

    def __enter__(self) -> T:
        self._token = self._variable.set(self._value)
        return self._value

    def __exit__(self, *_: object) -> None:
        self._variable.reset(self._token)


class Remembered(Generic[T]):
    """A value that ``load`` reads from the database; replaced whole, never changed."""

    def __init__(self, name: str, load: Callable[[], T]) -> None:
        self._load = load
        self._loaded: tuple[T, float] | None = None
        """The value, and until when it is fresh: by ``monotonic``, in seconds."""
        self._steady: ContextVar[T | None] = ContextVar(name, default=None)
        _all.append(self)

    def current(self) -> T:
        """Return the value: inside ``steady()`` always the same one."""
        if (steady := self._steady.get()) is not None:
            return steady
        loaded = self._loaded
        if loaded is None or monotonic() >= loaded[1]:
            value = self._load()
            self._loaded = loaded = (value, monotonic() + settings.IGNY8_RATES_SECONDS)
        return loaded[0]

    def steady(self) -> "Steady[T]":
        """Let one charge be priced, and described, by one value from beginning to end: a context manager."""
        return Steady(self._steady, self.current())

    def forget(self) -> None:
        """Load the value anew at the next call."""
        self._loaded = None


_all: list[Remembered[Any]] = []


def forget() -> None:
    """Load everything anew at the next call: between tests."""
    for remembered in _all:
        remembered.forget()
