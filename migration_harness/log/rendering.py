"""Values as text that may be stored and shown: short, and never a secret.

Nothing of an object runs: no ``repr``, no property, no query; one of an unknown class is named by it, and by its
primary key if it stores one. Whatever is too long or too much is cut, and says so. What comes out can be stored as JSON
by PostgreSQL.

Note [Kinds]: JSON knows few classes. What a value was is kept beside it, by path, so that an exported test can make the
same value again, or says that it cannot.
"""

import json
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any, Final
from uuid import UUID

from migration_harness.comparing.comparator import Judgement
from migration_harness.comparing.difference import ABSENT, Difference
from migration_harness.comparing.limits import Cut, size_of
from migration_harness.comparing.paths import MAX_KEY_TEXT, key_text
from migration_harness.comparing.scope import of_every_element
from migration_harness.comparing.stored import declares, held_by, key_columns_of, name_of
from migration_harness.log.scalars import LOST, MAX_TEXT, PLAIN, excerpt, full_name, scalar
from migration_harness.log.tables import library_parts, library_scalar
from migration_harness.secret import Secret

MAX_ITEMS: Final = 50
"""Elements of one collection."""
MAX_DEPTH: Final = 6
MAX_VALUES: Final = 2_000
"""Values of one payload, in all."""
_BEFORE: Final = 50
"""Characters that are shown before the first one that differs."""


def render(value: Any, *, reads: bool = False) -> Any:
    """Return ``value`` as JSON can hold it; an object is named by class and primary key, nothing more.

    ``reads``: of a QuerySet that nobody has read the first rows are asked for.
    """
    return Rendering(reads=reads).of(value)


def payload_of(judgement: Judgement, call: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a sample keeps: the differences, what the oracle expected, the call, and what else is to be known."""
    rendering, calling = Rendering(), Rendering()
    payload: dict[str, Any] = {
        "differences": [_difference(d, rendering) for d in judgement.differences],
        "call": calling.of(call),
        "kinds": calling.kinds,
    }
    if judgement.expected is not ABSENT:
        payload["expected"] = Rendering().of(judgement.expected)
    if judgement.notes:
        payload["notes"] = list(judgement.notes)
    return payload


def _difference(difference: Difference, rendering: "Rendering") -> dict[str, Any]:
    control, candidate = difference.control, difference.candidate
    if type(control) is str and type(candidate) is str and max(len(control), len(candidate)) > MAX_TEXT:
        start = max(0, _common(control, candidate) - _BEFORE)
        sides = {"control": excerpt(control, start), "candidate": excerpt(candidate, start)}
    else:
        sides = {"control": rendering.of(control), "candidate": rendering.of(candidate)}
    more = {name: said for name in ("note", "meant") if (said := getattr(difference, name))}
    return {"path": difference.path, "kind": difference.kind.value, **sides, **more}


def _common(control: str, candidate: str) -> int:
    """Return how many characters two texts begin with alike, by halves."""
    low, high = 0, min(len(control), len(candidate))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if control[low:middle] == candidate[low:middle] else (low, middle - 1)
    return low


class Rendering:
    """Renders values, ``MAX_VALUES`` of them."""

    def __init__(self, *, reads: bool = False) -> None:
        self._reads = reads
        self._left = MAX_VALUES
        self._kinds: dict[str, set[str]] = {}

    @property
    def kinds(self) -> dict[str, list[str]]:
        """What values were that JSON does not hold as they are, by path. Note [Kinds]."""
        found: dict[str, set[str]] = {}
        for path, kinds in self._kinds.items():
            found.setdefault(of_every_element(path), set()).update(kinds)
        return {path: sorted(kinds) for path, kinds in found.items() if kinds != {PLAIN}}

    def of(self, value: Any, depth: int = 0, path: str = "") -> Any:
        """Return one value; a class where the value cannot be read."""
        self._left -= 1
        try:
            shown, kind = self._rendered(value, depth, path)
        except Exception:  # noqa: BLE001  It is an object of the host, which may do anything when it is read.
            shown, kind = f"{name_of(type(value))} (cannot be shown)", LOST
        self._kinds.setdefault(path, set()).add(kind)
        return shown

    def _rendered(self, value: Any, depth: int, path: str) -> tuple[Any, str]:
        kind = type(value)
        if value is None or kind is bool:
            return value, PLAIN
        if issubclass(kind, Secret):
            return value.fingerprint, LOST
        if value is ABSENT:
            return "(absent)", LOST
        if kind is Cut:
            return str(value), LOST
        return library_scalar(value) or scalar(value) or self._inside(value, depth, path)

    def _inside(self, value: Any, depth: int, path: str) -> tuple[Any, str]:
        kind = type(value)
        is_reached = depth < MAX_DEPTH and self._left > 0
        if issubclass(kind, Mapping):
            return self._mapping(value, depth, path) if is_reached else (_size_text(value), LOST)
        if issubclass(kind, _ELEMENTS):
            return self._collection(value, depth, path) if is_reached else (_size_text(value), LOST)
        if is_reached and (found := library_parts(value, reads=self._reads)) is not None:
            # Not counted as one more level: the parts are the value.
            parts, named = found
            shown, whole = self._rendered(parts, depth, path)
            return shown, LOST if LOST in (named, whole) else named
        held = held_by(value)
        if declares(kind, "__dataclass_fields__") and is_reached:
            return self._fields(value, held, depth, path), full_name(kind)
        if declares(kind, "_wrapped") and declares(kind, "_setup") and type(held.get("_wrapped", _BARE)) is not object:
            # A lazy object of Django that was evaluated. One that was not wraps a bare object.
            return self._rendered(held["_wrapped"], depth, path)
        return self._named(value, held)

    def _named(self, value: Any, held: Mapping[str, Any]) -> tuple[str, str]:
        """Name an object by its class and primary key."""
        kind = type(value)
        columns = key_columns_of(kind)
        key = [held.get(column) for column in columns or ("pk",)]
        if None in key:
            return (f"{name_of(kind)}(unsaved)" if columns else name_of(kind)), LOST
        parts = [self._rendered(part, MAX_DEPTH, "")[0] for part in key]
        text = str(parts[0]) if len(parts) == 1 else json.dumps([str(part) for part in parts])
        return f"{name_of(kind)}({excerpt(text)})", full_name(kind) if columns and len(text) <= MAX_TEXT else LOST

    def _fields(self, value: Any, held: Mapping[str, Any], depth: int, path: str) -> dict[str, Any]:
        return {
            field.name: self.of(held.get(field.name, ABSENT), depth + 1, f"{path}.{field.name}")
            for field in fields(value)
        }

    def _mapping(self, value: Mapping[Any, Any], depth: int, path: str) -> tuple[dict[str, Any], str]:
        shown: dict[str, Any] = {}
        keys: list[Any] = []
        for key, inner in _pairs(value):
            if len(keys) == MAX_ITEMS or self._left <= 0:
                return {**shown, "…": f"{size_of(value)} keys"}, LOST
            keys.append(key)
            name = _key(key)
            shown[name] = self.of(inner, depth + 1, f"{path}.{name}")
        return shown, _kind_of_mapping(type(value), keys, shown)

    def _collection(self, value: Any, depth: int, path: str) -> tuple[list[Any], str]:
        kind = type(value)
        base = next(each for each in _ELEMENTS if issubclass(kind, each))
        shown: list[Any] = []
        # By its own class: what a derived one yields may have no end.
        for element in islice(base.__iter__(value), MAX_ITEMS + 1):
            if len(shown) == MAX_ITEMS or self._left <= 0:
                return [*shown, f"… ({size_of(value)} elements)"], LOST
            # Each place of a tuple is of a class of its own; elsewhere all elements are one.
            inner = f"{path}.{len(shown)}" if base is tuple else f"{path}[*]"
            shown.append(self.of(element, depth + 1, inner))
        if base in (set, frozenset):
            # Its own order is another one in each process.
            shown.sort(key=lambda each: json.dumps(each, sort_keys=True))
        if kind is deque and value.maxlen is not None:
            return shown, LOST
        return shown, PLAIN if kind is list else base.__name__ if kind is base else full_name(kind)


_BARE: Final = object()
_ELEMENTS: Final[tuple[type[Any], ...]] = (list, tuple, set, frozenset, deque)
_KEYS_BY_TEXT: Final = frozenset({int, UUID, date, Decimal})


def _pairs(value: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
    if issubclass(type(value), dict):
        yield from dict.items(value)  # type: ignore[arg-type]
    else:
        yield from ((key, value[key]) for key in value)


def _kind_of_mapping(kind: type, keys: list[Any], shown: Mapping[str, Any]) -> str:
    """Return the kind of a mapping whose keys come back from the texts that are shown of them."""
    kinds = {type(key) for key in keys}
    if len(shown) != len(keys) or any(len(name) > MAX_KEY_TEXT for name in shown):
        return LOST
    if kinds <= {str}:
        is_whole = all(name == key for name, key in zip(shown, keys, strict=True))
        return LOST if not is_whole or kind not in _DICTS else _DICTS[kind]
    (key_kind, *others) = kinds
    return f"dict[{key_kind.__name__}]" if kind is dict and not others and key_kind in _KEYS_BY_TEXT else LOST


# PostgreSQL keeps no order of keys, so an OrderedDict does not come back.
_DICTS: Final[Mapping[type, str]] = {dict: PLAIN, Counter: "Counter"}


def _size_text(value: Any) -> str:
    return f"{name_of(type(value))} of {size_of(value)}"


def _key(key: Any) -> str:
    return key.fingerprint if issubclass(type(key), Secret) else key_text(key)
