"""Whether two values are equal for sure, without looking for where they differ: the quick way, for most of them are.

Says yes only where :func:`migration_harness.comparing.difference.diff` would find nothing, if it had no limits.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields
from datetime import datetime
from itertools import islice
from typing import Any, Final

from migration_harness.comparing.arrays import are_wholly_equal
from migration_harness.comparing.equality import (
    PLAIN,
    Family,
    family_of,
    has_own_word,
    is_plain_key,
    same,
    says_equal,
)
from migration_harness.comparing.kinds import ABSENT
from migration_harness.comparing.limits import LIMITS
from migration_harness.comparing.moments import same_moment
from migration_harness.comparing.rows import rows_of
from migration_harness.comparing.stored import columns_of, held_by
from migration_harness.comparing.tolerance import is_nan


def surely_equal(control: Any, candidate: Any, *, passing: tuple[type[BaseException], ...] = ()) -> bool:
    """Tell whether two values are equal for sure; False says nothing.

    Raises what ``==`` of the values raises, and RecursionError. Takes the time of a walk through both values: for a
    number or a text next to none.
    """
    if control is candidate:
        return True
    kind = type(control)
    if kind is type(candidate):
        if kind in PLAIN:
            return bool(control == candidate) or (is_nan(control) and is_nan(candidate))
        if (flat := _FLAT.get(kind)) is not None and flat(control, candidate):
            return True
    return _Sure(passing).equal(control, candidate)


def _are_flat_items(control: dict[Any, Any], candidate: dict[Any, Any]) -> bool:
    """Tell whether two dictionaries are equal that hold plain values alone, by keys of text."""
    if len(control) != len(candidate):
        return False
    for key, value in control.items():
        if type(key) is not str:
            return False
        other = candidate.get(key, ABSENT)
        if value is not other:
            kind = type(value)
            if kind is not type(other) or kind not in PLAIN or value != other:
                return False
    return True


def _are_flat_elements(control: Collection[Any], candidate: Collection[Any]) -> bool:
    """Tell whether two lists, or two tuples, are equal that hold plain values alone."""
    if len(control) != len(candidate):
        return False
    for value, other in zip(control, candidate, strict=True):
        if value is not other:
            kind = type(value)
            if kind is not type(other) or kind not in PLAIN or value != other:
                return False
    return True


_FLAT: Final[Mapping[type, Callable[[Any, Any], bool]]] = {
    dict: _are_flat_items,
    list: _are_flat_elements,
    tuple: _are_flat_elements,
}


class _Sure:
    """One look at two values."""

    __slots__ = ("_met", "_passing")

    def __init__(self, passing: tuple[type[BaseException], ...]) -> None:
        self._passing = passing
        # One difference ends the look, so a pair that was met is equal, or a cycle, which adds nothing of its own.
        # Kept with the values: an id is that of another object when its own is gone.
        self._met: dict[tuple[int, int], tuple[Any, Any]] = {}

    def equal(self, control: Any, candidate: Any) -> bool:
        """Tell whether two values are surely equal."""
        if control is candidate:
            return True
        kind = type(control)
        if kind is type(candidate):
            if kind in PLAIN:
                return bool(control == candidate) or (is_nan(control) and is_nan(candidate))
            if kind is datetime:
                return same_moment(control, candidate)
            if (flat := _FLAT.get(kind)) is not None and flat(control, candidate):
                return True
        family = family_of(control, candidate)
        if family is None:
            return same(control, candidate, passing=self._passing)
        pair = (id(control), id(candidate))
        if pair in self._met:
            return True
        self._met[pair] = control, candidate
        return self._equal_inside(family, control, candidate)

    def _equal_inside(self, family: Family, control: Any, candidate: Any) -> bool:
        if family in (Family.ARRAY, Family.FRAME):
            return are_wholly_equal(control, candidate)
        if family is Family.ROWS:
            return self._equal_rows(control, candidate)
        if has_own_word(control, candidate) and says_equal(control, candidate, passing=self._passing):
            return True
        match family:
            case Family.MAPPING:
                return self._equal_items(control, candidate) and _are_in_order(control, candidate)
            case Family.SEQUENCE:
                return self._equal_elements(control, candidate)
            case Family.SET:
                return _are_plain(control) and _are_plain(candidate) and bool(control == candidate)
            case Family.EXCEPTION:
                return self.equal(control.args, candidate.args)
            case _:
                return self._equal_fields(family, control, candidate)

    def _equal_rows(self, control: Any, candidate: Any) -> bool:
        rows = rows_of(control, LIMITS.rows), rows_of(candidate, LIMITS.rows)
        return max(map(len, rows)) <= LIMITS.rows and self._equal_elements(*rows)

    def _equal_fields(self, family: Family, control: Any, candidate: Any) -> bool:
        if family is Family.DATACLASS:
            names = [field.name for field in fields(control) if field.compare]
            return all(self.equal(getattr(control, name), getattr(candidate, name)) for name in names)
        left, right = held_by(control), held_by(candidate)
        if family is Family.OBJECT:
            return self._equal_items(left, right)
        names = [name for name in columns_of(type(control)) if name in left and name in right]
        return all(self.equal(left[name], right[name]) for name in names)

    def _equal_items(self, control: Mapping[Any, Any], candidate: Mapping[Any, Any]) -> bool:
        size = len(control)
        if len(candidate) != size:
            return False
        for key, value in islice(control.items(), size):
            if not is_plain_key(key) or key not in candidate:
                return False
            if not self.equal(value, candidate[key]):
                return False
        return True

    def _equal_elements(self, control: Collection[Any], candidate: Collection[Any]) -> bool:
        size = len(control)
        if len(candidate) != size:
            return False
        return all(self.equal(value, other) for value, other in islice(zip(control, candidate, strict=False), size))


def _are_plain(members: Collection[Any]) -> bool:
    return all(map(is_plain_key, islice(members, len(members))))


def _are_in_order(control: Mapping[Any, Any], candidate: Mapping[Any, Any]) -> bool:
    both = isinstance(control, OrderedDict) and isinstance(candidate, OrderedDict)
    return not both or list(control) == list(candidate)
