"""A value of one's own: a copy that shares nothing that can be changed. What nobody can change is passed as it is."""

import copy
from collections.abc import Callable
from dataclasses import fields
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cache
from pathlib import PurePath
from types import BuiltinFunctionType, FunctionType, ModuleType, NoneType
from typing import Any, Final, get_type_hints
from uuid import UUID
from zoneinfo import ZoneInfo

from migration_harness.comparing.rows import has_rows, known_rows

ATOMIC_KINDS: Final[set[type]] = {
    *(object, int, str, bool, NoneType, float, complex, bytes, range, type, Decimal, Fraction, UUID),
    *(date, datetime, time, timedelta, timezone, ZoneInfo, FunctionType, BuiltinFunctionType, ModuleType),
}
"""Types whose values nobody can change. Enums, paths and frozen dataclasses of such types join as they are met."""

Memo = dict[int, Any]
"""The copies made so far, by the id of what they are copies of; as ``copy.deepcopy`` has it."""


class CannotBeCopied(Exception):
    """A value that holds something of the outside: a lock, a file, a generator."""


class UnfinishedAnswer(Exception):
    """An answer that is made only when somebody consumes or awaits it: to look at it would take it from the caller."""


def refuse_unfinished_answer(value: Any) -> None:
    """Raise UnfinishedAnswer for an iterator or an awaitable."""
    kind = type(value)
    if any(hasattr(kind, name) for name in ("__next__", "__anext__", "__await__")):
        raise UnfinishedAnswer(kind.__qualname__)


def own(value: Any, memo: Memo | None = None) -> Any:
    """Return a copy that shares nothing changeable with ``value``; raises CannotBeCopied.

    Copies that belong together are made with one ``memo``.
    """
    try:
        return _own(value, {} if memo is None else memo)
    except Exception as error:  # Whatever its own way of copying raises.
        raise CannotBeCopied(type(value).__qualname__) from error


def is_atomic(value: Any) -> bool:
    """Tell whether nobody can change this value: by its type, and where it is frozen by what is in it."""
    kind: Any = type(value)
    if kind in ATOMIC_KINDS:
        return True
    if _is_atomic_kind(kind):
        ATOMIC_KINDS.add(kind)
        return True
    if kind is tuple or kind is frozenset:
        return all(map(is_atomic, value))
    names = _frozen_fields(kind)
    return names is not None and all(is_atomic(getattr(value, name)) for name in names)


@cache
def _is_atomic_kind(kind: Any) -> bool:
    if issubclass(kind, Enum | PurePath | type):
        return True
    names = _frozen_fields(kind)
    return names is not None and all(each in ATOMIC_KINDS for each in _annotated(kind))


@cache
def _annotated(kind: Any) -> tuple[Any, ...]:
    """Return the types that a dataclass gives its fields; what cannot be read is no type."""
    try:
        hints = get_type_hints(kind)
    except Exception:  # noqa: BLE001  A name that only a type checker knows.
        return (None,)
    return tuple(hints.get(field.name) for field in fields(kind))


@cache
def _frozen_fields(kind: Any) -> tuple[str, ...] | None:
    """Return the fields of a frozen dataclass; None for another type."""
    parameters = getattr(kind, "__dataclass_params__", None)
    return tuple(field.name for field in fields(kind)) if parameters is not None and parameters.frozen else None


@cache
def is_row_kind(kind: type) -> bool:
    """Tell whether values of this type are rows of Django's, whose attributes are all there is to them."""
    return hasattr(kind, "_meta") and hasattr(kind, "refresh_from_db")


def _own(value: Any, memo: Memo) -> Any:
    if is_atomic(value):
        return value
    if id(value) in memo:
        return memo[id(value)]
    kind: Any = type(value)
    by_hand = _BY_HAND.get(kind) or _by_kind(kind)
    return copy.deepcopy(value, memo) if by_hand is None else by_hand(value, memo)


@cache
def _by_kind(kind: type) -> "Callable[[Any, Memo], Any] | None":
    if is_row_kind(kind):
        return _own_row
    return _own_rows if has_rows(kind) else None


def _own_rows(value: Any, memo: Memo) -> Any:
    """Copy a QuerySet as it copies itself, with the rows that it has read: nobody has to ask for them again."""
    mine, known = copy.deepcopy(value, memo), known_rows(value)
    if known is not None:
        mine._result_cache = _own_list(known, memo)  # noqa: SLF001  Django's QuerySet has no other place for them.
    return mine


def _own_row(row: Any, memo: Memo) -> Any:
    """Copy by attributes. The state beside a row is a few of them: whether it is saved, and the rows it leads to."""
    mine = memo[id(row)] = object.__new__(type(row))
    held = mine.__dict__
    held.update(row.__dict__)
    for name, inner in row.__dict__.items():
        if type(inner) not in ATOMIC_KINDS:
            is_state = name == "_state" and id(inner) not in memo
            held[name] = _own_row(inner, memo) if is_state else _own(inner, memo)
    return mine


def _own_dict(value: dict[Any, Any], memo: Memo) -> dict[Any, Any]:
    mine: dict[Any, Any] = {}
    memo[id(value)] = mine
    mine.update((_own(key, memo), _own(inner, memo)) for key, inner in value.items())
    return mine


def _own_list(value: list[Any], memo: Memo) -> list[Any]:
    mine: list[Any] = []
    memo[id(value)] = mine
    mine.extend(_own(inner, memo) for inner in value)
    return mine


def _own_tuple(value: tuple[Any, ...], memo: Memo) -> tuple[Any, ...]:
    mine = tuple(_own(inner, memo) for inner in value)
    # A tuple that holds itself was copied on the way.
    return memo.setdefault(id(value), mine)  # type: ignore[no-any-return]  # A copy of a tuple.


_BY_HAND: Final[dict[type, Callable[[Any, Memo], Any]]] = {dict: _own_dict, list: _own_list, tuple: _own_tuple}
"""What most arguments are made of; ``copy.deepcopy`` can do the same, and takes ten times as long."""
