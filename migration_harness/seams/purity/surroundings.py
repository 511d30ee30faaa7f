"""What a side finds around it and may change for others without a query: put back afterwards, or refused.

What is this thread's alone is put back: the language and the time zone of Django (the decimal context is, too, where
sides are run). So are the state of ``random`` and the filters of warnings, which a side changes for a good reason and
for a moment. What every thread of the process notices at once is refused: Django's settings, the locale, the time zone
of C, the limit of recursion.
"""

import importlib
import locale
import random
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any, Final

from asgiref.local import Local
from django.conf import LazySettings
from django.utils import timezone
from django.utils.translation import trans_real

from migration_harness.seams.purity.effects import is_called_by
from migration_harness.seams.purity.guard import Guard
from migration_harness.seams.purity.hooks import asking_first, hook, refusing

_OF_THIS_THREAD: Final[tuple[Any, ...]] = (trans_real._active, timezone._active)  # type: ignore[attr-defined]  # noqa: SLF001
_NOTHING: Final = object()


class PutBack:
    """Does something when the side has returned."""

    def __init__(self, undo: Callable[[], object]) -> None:
        self._undo = undo

    def leave(self) -> None:
        """Do it."""
        self._undo()


def watch() -> None:
    """Have all of it ask the guard."""
    # Which class of asgiref's they are differs by release.
    for kind in {type(each) for each in _OF_THIS_THREAD}:
        for name in ("__setattr__", "__delattr__"):
            setattr(kind, name, _of_ours(getattr(kind, name)))
    hook(LazySettings, ("__setattr__", "__delattr__"), refusing("settings"))
    hook(locale, ("setlocale",), _set_locale)
    hook(time, ("tzset",), refusing("process"))
    hook(sys, ("setrecursionlimit", "setswitchinterval"), _set_limit)
    hook(random, ("seed", "setstate"), _seed)
    hook(warnings, ("filterwarnings", "simplefilter", "resetwarnings"), _filter)


def _of_ours(original: Callable[..., Any]) -> Callable[..., Any]:
    """Ask for these two alone: Django keeps its connections and caches in the same way."""
    asking = asking_first(original, _activate)

    def changed(kept: Local, *args: Any) -> None:
        (asking if any(kept is each for each in _OF_THIS_THREAD) else original)(kept, *args)

    return changed


def _activate(guard: Guard, original: Callable[..., Any], kept: Local, *args: Any) -> None:
    before = getattr(kept, "value", _NOTHING)
    guard.entered += (PutBack(lambda: _put_back(kept, before)),)
    original(kept, *args)


def _put_back(kept: Local, before: object) -> None:
    if before is not _NOTHING:
        kept.value = before
    elif hasattr(kept, "value"):
        del kept.value


def _set_locale(guard: Guard, original: Callable[..., Any], category: int, wanted: Any = None) -> Any:
    if wanted is not None:
        guard.refuse("process: setlocale")
    return original(category, wanted)


def _set_limit(guard: Guard, original: Callable[..., Any], limit: Any) -> Any:
    # A library may set one where it is imported, whoever is the first to do so.
    if not is_called_by(importlib._bootstrap):  # noqa: SLF001
        guard.refuse(f"process: {original.__name__}")
    return original(limit)


def _seed(guard: Guard, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    before = random.getstate()
    guard.entered += (PutBack(lambda: random.setstate(before)),)
    return original(*args, **kwargs)


def _filter(guard: Guard, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    filters: Any = warnings.filters
    before = list(filters)
    guard.entered += (PutBack(lambda: _set_filters(filters, before)),)
    return original(*args, **kwargs)


def _set_filters(filters: Any, before: list[Any]) -> None:
    filters[:] = before
    warnings._filters_mutated()  # type: ignore[attr-defined]  # noqa: SLF001
