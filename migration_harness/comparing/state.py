"""What a value holds at one moment, so that a change in place is seen.

Watched are collections and the attributes of objects. What an object adds to itself when it is read is no change: a
relation or a deferred field of a row, a cached property, a private attribute. Not watched is what says itself how it is
copied (a QuerySet, a lazy object), what keeps its state out of Python's sight, and a value of too many parts.
"""

from collections import deque
from collections.abc import Callable, Iterable
from functools import cache
from inspect import getattr_static
from typing import Any, Final, NamedTuple

from migration_harness.comparing.owning import ATOMIC_KINDS, is_atomic, is_row_kind

MAX_PARTS: Final = 10_000
"""Parts of one value that are watched."""
_BESIDE_A_ROW: Final = ("_state", "_prefetched_objects_cache")
"""What Django keeps beside the values of a row."""


class _Leaf(NamedTuple):
    """What nobody can change, or a set, whose members nobody can change."""

    kind: type
    value: Any


class _Attributes(NamedTuple):
    """An object, by the names of its attributes."""

    kind: type
    named: dict[str, Any]
    beside: tuple[str, ...]


class _Parts(NamedTuple):
    """A collection, and what a class of the host adds to it."""

    kind: type
    parts: tuple[Any, ...]
    beside: Any


class _TooMany(Exception):
    """A value of too many parts."""


_UNWATCHED: Final = object()


class State:
    """What a value held when this was made; ``root`` is its outermost part."""

    def __init__(self, value: Any) -> None:
        self._left = MAX_PARTS
        self._seen: set[int] = set()
        try:
            self.root = self._of(value)
        except (_TooMany, RecursionError):
            self.root = _UNWATCHED

    def has_changed(self, value: Any) -> bool:
        """Tell whether the value, of which this is the state, holds something else by now."""
        return not _still_holds(value, self.root) and _differs(self.root, State(value).root)

    def _of(self, value: Any) -> Any:
        """Return a part; _UNWATCHED for one that is not watched, or was met before."""
        self._left -= 1
        if self._left < 0:
            raise _TooMany
        kind: Any = type(value)
        if is_atomic(value):
            return _Leaf(kind, value)
        if id(value) in self._seen:
            return _UNWATCHED
        self._seen.add(id(value))
        if (base := _base_of(kind)) is not None:
            beside = _UNWATCHED if kind is base else self._attributes(value, kind)
            return _Parts(kind, tuple(map(self._of, _PARTS[base](value))), beside)
        if issubclass(kind, set | frozenset):
            return _Leaf(kind, frozenset(value))
        return _UNWATCHED if hasattr(kind, "__deepcopy__") else self._attributes(value, kind)

    def _attributes(self, value: Any, kind: type) -> Any:
        held = getattr(value, "__dict__", None)
        if type(held) is not dict:
            return _UNWATCHED
        beside = _BESIDE_A_ROW if is_row_kind(kind) else ()
        self._left -= len(held)
        return _Attributes(
            kind,
            {
                # What is atomic by its type alone is kept as it is: a row has little else.
                name: inner if type(inner) in ATOMIC_KINDS else self._of(inner)
                for name, inner in [*held.items()]
                if name not in beside
            },
            beside,
        )


@cache
def _base_of(kind: Any) -> Any:
    """Return the collection that a type is, None where it is none."""
    return next((each for each in kind.__mro__ if each in _PARTS), None)


def _still_holds(value: Any, root: Any) -> bool:
    """Tell whether an object surely holds the very same values. No look into them: most rows stay as they are."""
    if type(root) is not _Attributes or type(value) is not root.kind:
        return False
    held = value.__dict__
    if len(held) != len(root.named) + sum(name in held for name in root.beside):
        return False
    return all(root.named.get(name, _UNWATCHED) is inner for name, inner in held.items() if name not in root.beside)


def _differs(before: Any, after: Any) -> bool:
    if before is after or before is _UNWATCHED or after is _UNWATCHED:
        return False
    if type(before) is not type(after):
        return True
    if not isinstance(before, _Leaf | _Attributes | _Parts):
        return bool(before != after)
    if before.kind is not after.kind:
        return True
    if isinstance(before, _Leaf):
        return before.value is not after.value and bool(before.value != after.value)
    if isinstance(before, _Attributes):
        return _differ(before.kind, before.named, after.named)
    return (
        len(before.parts) != len(after.parts)
        or any(map(_differs, before.parts, after.parts))
        or _differs(before.beside, after.beside)
    )


def _differ(kind: type, old: dict[str, Any], new: dict[str, Any]) -> bool:
    if any(name not in new or _differs(inner, new[name]) for name, inner in old.items()):
        return True
    return any(name not in old and not _adds_by_reading(kind, name) for name in new)


def _adds_by_reading(kind: type, name: str) -> bool:
    return name.startswith("_") or hasattr(getattr_static(kind, name, None), "__get__")


def _flat(value: dict[Any, Any]) -> Iterable[Any]:
    return (part for pair in dict.items(value) for part in pair)


_PARTS: Final[dict[type, Callable[[Any], Iterable[Any]]]] = {
    dict: _flat,
    list: list.__iter__,
    tuple: tuple.__iter__,
    deque: deque.__iter__,
    bytearray: bytearray.__iter__,
}
"""How the parts are reached, past what a class of the host makes of it."""
