"""When two values are equal, and which of them are looked into.

Equal is what ``==`` says, as on the hot path: 1, 1.0, Decimal("1.00") and True are. What ``==`` denies is looked into,
and one thing is equal besides: a number that is no number (NaN) equals another one.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import is_dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum, auto
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from migration_harness.comparing.tolerance import is_nan

PLAIN: Final = frozenset({int, str, bool, bytes, type(None), float, Decimal, date, datetime, timedelta, UUID})
"""Classes whose ``==`` and hash are quick and harmless: asked without a guard. (A Decimal may be a signalling NaN.)"""
_BUILTIN: Final = frozenset({dict, list, tuple, set, frozenset})
_TEXTS: Final = (str, bytes, bytearray, memoryview)


class Family(Enum):
    """Values that are looked into, by how."""

    MAPPING = auto()
    """By key, whatever the classes of both."""
    SET = auto()
    """By member, whatever the classes of both."""
    SEQUENCE = auto()
    """By position: list with list, tuple with tuple, each with its subclasses."""
    DATACLASS = auto()
    """By field, of one class; fields with ``compare=False`` are left out."""
    EXCEPTION = auto()
    """By class and arguments. Only that they differ is told: a message may hold anything."""


def family_of(control: Any, candidate: Any) -> Family | None:
    """Return how these values are looked into; None where only ``==`` counts."""
    # By their classes: isinstance would ask a value for its __class__, which may be anything.
    return _family(type(control), type(candidate))  # type: ignore[arg-type]  # Classes are hashable.


@lru_cache(maxsize=1_024)
def _family(control: type, candidate: type) -> Family | None:
    if issubclass(control, Mapping) and issubclass(candidate, Mapping):
        return Family.MAPPING
    if issubclass(control, AbstractSet) and issubclass(candidate, AbstractSet):
        return Family.SET
    if any(issubclass(control, base) and issubclass(candidate, base) for base in (list, tuple)):
        return Family.SEQUENCE
    if control is not candidate:
        return None
    if is_dataclass(control):
        return Family.DATACLASS
    if issubclass(control, BaseException):
        return Family.EXCEPTION
    return Family.SEQUENCE if issubclass(control, Sequence) and not issubclass(control, _TEXTS) else None


def has_own_equality(control: Any, candidate: Any) -> bool:
    """Tell whether two containers may say themselves what of them is equal."""
    return type(control) not in _BUILTIN or type(candidate) not in _BUILTIN


def same(control: Any, candidate: Any) -> bool:
    """Tell whether two values are equal that are not looked into; raises what their ``==`` raises."""
    if control is candidate or (is_nan(control) and is_nan(candidate)):
        return True
    return bool(control == candidate)


def plainly_same(control: Any, candidate: Any) -> bool:
    """Tell whether two values are known to be equal without a guard; False says nothing."""
    if control is candidate:
        return True
    kind = type(control)
    return kind in PLAIN and kind is type(candidate) and kind is not Decimal and bool(control == candidate)
