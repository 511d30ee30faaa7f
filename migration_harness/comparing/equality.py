"""When two values are equal, and which of them are looked into.

Equal is what ``==`` says: 1, 1.0, Decimal("1.00") and True are, and so are texts, bytes and enums that say so. But:

- A number that is no number (NaN) equals another one.
- Datetimes and times are equal where they are the same moment, see :mod:`migration_harness.comparing.moments`.
- What ``==`` says of a whole that holds other values is what it says of these: they are looked into. That is so for
  Python's own containers, dataclasses, models of Django and Pydantic, attrs, and objects without a word of their own.
- A class that has its own ``__eq__`` decides, unless it equals anything: then it says nothing.
- Arrays are equal by shape and elements, frames by labels and elements; large ones by what their library says.
- QuerySets are equal by their rows, whatever asks for them: in order where one of both has an order.
"""

from collections import OrderedDict, UserList, deque
from collections.abc import ItemsView, Mapping, Sequence, ValuesView
from collections.abc import Set as AbstractSet
from dataclasses import is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum, auto
from functools import lru_cache
from types import MappingProxyType, SimpleNamespace
from typing import Any, Final
from uuid import UUID

from migration_harness.comparing.frames import is_frame
from migration_harness.comparing.moments import is_moment, same_moment
from migration_harness.comparing.rows import has_rows
from migration_harness.comparing.stored import columns_of, declares, holds_all
from migration_harness.comparing.tolerance import is_nan

PLAIN: Final = frozenset({int, str, bool, bytes, type(None), float, Decimal, date, timedelta, UUID})
"""Classes whose ``==`` and hash are quick, true and harmless. (A Decimal may be a signalling NaN.)"""
PLAIN_KEYS: Final = PLAIN - {float, Decimal}
"""Those of them that are found in a set or mapping wherever an equal one is: a NaN is not."""
_TEXTS: Final = (str, bytes, bytearray, memoryview)
_VIEWS: Final[tuple[type, ...]] = (type({}.keys()), type({}.items()))
_OF_THEIR_PARTS: Final = tuple(
    vars(kind)["__eq__"]
    for kind in (
        object, dict, list, tuple, set, frozenset, OrderedDict, deque, Mapping, AbstractSet, UserList, SimpleNamespace,
        MappingProxyType, *_VIEWS,
    )
)  # fmt: skip


class Family(Enum):
    """Values that are looked into, by how."""

    MAPPING = auto()
    """By key, whatever the classes of both."""
    SET = auto()
    """By member, whatever the classes of both."""
    SEQUENCE = auto()
    """By position: list with list, tuple with tuple, each with its subclasses."""
    ROWS = auto()
    """By row: QuerySets, whatever their classes, and as many rows as the limits allow."""
    FRAME = auto()
    """By label: tables of one class, and columns of them, that have ``axes`` and ``equals``."""
    ARRAY = auto()
    """By shape and elements: what can be made a list by ``tolist()``, of one class."""
    DATACLASS = auto()
    """By field, of one class; fields with ``compare=False`` are left out."""
    MODEL = auto()
    """By the columns that are loaded on both sides: no query is made for one that is not."""
    OBJECT = auto()
    """By the attributes that it stores, of one class without its own ``==``."""
    EXCEPTION = auto()
    """By class and arguments. Only that they differ is told: a message may hold anything."""


def family_of(control: Any, candidate: Any) -> Family | None:
    """Return how these values are looked into; None where only ``==`` counts."""
    # By their classes: isinstance would ask a value for its __class__, which may be anything.
    return _family(type(control), type(candidate))  # type: ignore[arg-type]  # Classes are hashable.


@lru_cache(maxsize=1_024)
def _family(control: type, candidate: type) -> Family | None:
    for base, family in ((Mapping, Family.MAPPING), (AbstractSet, Family.SET), (ValuesView, Family.SEQUENCE)):
        if issubclass(control, base) and issubclass(candidate, base):
            return family
    if any(issubclass(control, base) and issubclass(candidate, base) for base in (list, tuple)):
        return Family.SEQUENCE
    if has_rows(control) and has_rows(candidate):
        return Family.ROWS
    return _family_of_class(control) if control is candidate else None


def _family_of_class(kind: type) -> Family | None:
    if is_dataclass(kind):
        return Family.DATACLASS
    if issubclass(kind, BaseException):
        return Family.EXCEPTION
    if issubclass(kind, Sequence) and not issubclass(kind, _TEXTS):
        return Family.SEQUENCE
    if issubclass(kind, (*_TEXTS, Enum)):
        return None
    if is_frame(kind):
        return Family.FRAME
    if declares(kind, "tolist"):
        return Family.ARRAY
    if columns_of(kind):
        return Family.MODEL
    return Family.OBJECT if holds_all(kind) and not _has_own_word(kind) else None  # type: ignore[arg-type]


def has_own_word(control: Any, candidate: Any) -> bool:
    """Tell whether the class of one of two values says itself what of it is equal, and not only that its parts are."""
    return any(_has_own_word(kind) for kind in (type(control), type(candidate)))  # type: ignore[arg-type]


@lru_cache(maxsize=1_024)
def _has_own_word(kind: type) -> bool:
    owner = next(base for base in kind.__mro__ if "__eq__" in vars(base))
    word = vars(owner)["__eq__"]
    if any(word is each for each in _OF_THEIR_PARTS) or declares(kind, "__pydantic_fields__"):
        return False
    if columns_of(kind):
        # Django's own goes by the primary key, and that of one model is a word of the host.
        return bool(columns_of(owner))
    code = getattr(word, "__code__", None)
    # What dataclasses and attrs write is of no file: it asks the fields.
    return code is None or not code.co_filename.startswith("<")


def same(control: Any, candidate: Any, *, passing: tuple[type[BaseException], ...] = ()) -> bool:
    """Tell whether two values are equal that are not looked into; raises what their ``==`` raises."""
    if control is candidate or (is_nan(control) and is_nan(candidate)):
        return True
    if is_moment(control) and is_moment(candidate):
        return same_moment(control, candidate)
    if type(control) is complex is type(candidate):
        return same(control.real, candidate.real) and same(control.imag, candidate.imag)
    if type(control) is type(candidate) and declares(type(control), "equals"):
        return bool(control.equals(candidate))
    return says_equal(control, candidate, passing=passing)


def says_equal(control: Any, candidate: Any, *, passing: tuple[type[BaseException], ...] = ()) -> bool:
    """Tell what ``==`` says, of values that do not equal anything; raises what it raises."""
    return bool(control == candidate) and not any(_equals_anything(each, passing) for each in (control, candidate))


class _Unheard:
    """What nobody can have meant to equal."""


def _equals_anything(value: Any, passing: tuple[type[BaseException], ...]) -> bool:
    if type(value) in PLAIN:
        return False
    try:
        return bool(value == _Unheard())
    except passing:
        raise
    except Exception:  # noqa: BLE001  It looks into what it is compared with, and finds nothing there.
        return False


def plainly_same(control: Any, candidate: Any) -> bool:
    """Tell whether two values are known to be equal without a guard; False says nothing."""
    if control is candidate:
        return True
    kind = type(control)
    return kind in PLAIN and kind is type(candidate) and kind is not Decimal and bool(control == candidate)


def is_plain_key(key: Any) -> bool:
    """Tell whether a key or member is found wherever an equal one is, by its hash alone."""
    kind = type(key)
    return kind in PLAIN_KEYS or issubclass(kind, Enum) or (kind is tuple and all(map(is_plain_key, key)))


def is_view_of_items(control: Any, candidate: Any) -> bool:
    """Tell whether both are the items of mappings, whose values need no hash."""
    return issubclass(type(control), ItemsView) and issubclass(type(candidate), ItemsView)
