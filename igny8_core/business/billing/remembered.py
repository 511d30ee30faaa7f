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


class Steady:
    """Holds all of it still for one charge, or one forecast. A class and no generator: one is made on every charge.

    Each value is read when somebody first asks for it: what nobody asks for any more is not read.
    """

    __slots__ = ("_token",)

    def __enter__(self) -> None:
        held = _held.get()
        # Inside another one the values are held already.
        self._token = _held.set({} if held is None else held)

    def __exit__(self, *_: object) -> None:
        _held.reset(self._token)


class Remembered(Generic[T]):
    """A value that ``load`` reads from the database; replaced whole, never changed."""

    def __init__(self, load: Callable[[], T]) -> None:
        self._load = load
        self._loaded: tuple[T, float] | None = None
        """The value, and until when it is fresh: by ``monotonic``, in seconds."""
        _all.append(self)

    def current(self) -> T:
        """Return the value: inside ``Steady`` always the same one."""
        if (held := _held.get()) is None:
            return self._fresh()
        if self not in held:
            held[self] = self._fresh()
        return held[self]  # type: ignore[no-any-return]  # It was put there above.

    def _fresh(self) -> T:
        """Return what was loaded, anew where that is too old."""
        loaded = self._loaded
        if loaded is None or monotonic() >= loaded[1]:
            value = self._load()
            self._loaded = loaded = (value, monotonic() + settings.IGNY8_RATES_SECONDS)
        return loaded[0]

    def forget(self) -> None:
        """Load the value anew at the next call."""
        self._loaded = None


_all: list[Remembered[Any]] = []
_held: ContextVar[dict[Remembered[Any], Any] | None] = ContextVar("remembered", default=None)
"""What each value is for who is in ``Steady``; None outside of it."""


def forget() -> None:
    """Load everything anew at the next call: between tests."""
    for remembered in _all:
        remembered.forget()
