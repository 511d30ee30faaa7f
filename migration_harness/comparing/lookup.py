"""How a key or a member is found on the other side, wherever an equal one is."""

from collections.abc import Iterable
from enum import Enum, auto
from itertools import islice
from typing import Any, Final

from migration_harness.comparing.equality import is_plain_key
from migration_harness.comparing.moments import is_moment, moment_of
from migration_harness.comparing.tolerance import is_nan


class _Nan(Enum):
    NAN = auto()


_ANOTHER: Final = object()


def lookup(key: Any) -> Any:
    """Return what stands for a key or member, so that it is found wherever an equal one is."""
    if is_plain_key(key):
        return key
    if is_nan(key):
        return _Nan.NAN
    if is_moment(key):
        return moment_of(key)
    return tuple(map(lookup, key)) if type(key) is tuple else key


def index(collection: Iterable[Any], most: int) -> dict[Any, Any]:
    """Return keys or members by what they are found by.

    Python keeps apart what is equal here: NaN from NaN, an instant in one zone from itself in another. Of those each is
    found by its place among them, in an order that both sides share.
    """
    alike: dict[Any, list[Any]] = {}
    found = 0
    for each in islice(collection, most):
        alike.setdefault(lookup(each), []).append(each)
        found += 1
    if len(alike) == found:
        return {sought: each for sought, (each,) in alike.items()}
    return {
        sought if place == 0 else (_ANOTHER, sought, place): each
        for sought, several in alike.items()
        for place, each in enumerate(sorted(several, key=str) if all(map(is_moment, several)) else several)
    }
