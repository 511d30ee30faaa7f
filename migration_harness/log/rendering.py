"""Values as text that may be stored and shown: short, and never a secret.

Whatever an object does when it is read, it is named by its class; whatever is too long or too much is cut, and says so.
What comes out can be stored as JSON by PostgreSQL.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from migration_harness.comparing.comparator import Judgement
from migration_harness.comparing.difference import ABSENT, Difference
from migration_harness.comparing.limits import Cut, size_of
from migration_harness.comparing.paths import key_text
from migration_harness.secret import Secret

MAX_TEXT: Final = 500
"""Characters of one text."""
MAX_ITEMS: Final = 50
"""Elements of one collection."""
MAX_DEPTH: Final = 6
MAX_VALUES: Final = 2_000
"""Values of one payload, in all."""
MAX_BITS: Final = 1_024
"""Of one whole number."""
_BEFORE: Final = 50
"""Characters that are shown before the first one that differs."""

# PostgreSQL's jsonb holds no NUL, and no half of a surrogate pair.
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def render(value: Any) -> Any:
    """Return ``value`` as JSON can hold it; an object is named by class and primary key, nothing more."""
    return Rendering().of(value)


def payload_of(judgement: Judgement, call: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a sample keeps: the differences, what the oracle expected, the call, and what else is to be known."""
    rendering = Rendering()
    payload: dict[str, Any] = {
        "differences": [_difference(d, rendering) for d in judgement.differences],
        "call": Rendering().of(call),
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
        sides = {"control": _excerpt(control, start), "candidate": _excerpt(candidate, start)}
    else:
        sides = {"control": rendering.of(control), "candidate": rendering.of(candidate)}
    note = {"note": difference.note} if difference.note else {}
    return {"path": difference.path, "kind": difference.kind.value, **sides, **note}


def _common(control: str, candidate: str) -> int:
    """Return how many characters two texts begin with alike, by halves."""
    low, high = 0, min(len(control), len(candidate))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if control[low:middle] == candidate[low:middle] else (low, middle - 1)
    return low


def _excerpt(text: str, start: int = 0) -> str:
    """Return a text, or of a long one the part from ``start`` on."""
    shown = _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text[start : start + MAX_TEXT])
    if len(text) <= MAX_TEXT:
        return shown
    before = f"(from character {start + 1:,} on) …" if start else ""
    after = "…" if start + MAX_TEXT < len(text) else ""
    return f"{before}{shown}{after} ({len(text)} characters)"


class Rendering:
    """Renders values, ``MAX_VALUES`` of them."""

    def __init__(self) -> None:
        self._left = MAX_VALUES

    def of(self, value: Any, depth: int = 0) -> Any:
        """Return one value; a class where the value cannot be read."""
        self._left -= 1
        try:
            return self._rendered(value, depth)
        except Exception:  # noqa: BLE001  It is an object of the host, which may do anything when it is read.
            return f"{type(value).__name__} (cannot be shown)"

    def _rendered(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if value is None or kind is bool:
            return value
        if issubclass(kind, Secret):
            return value.fingerprint
        if issubclass(kind, int):
            return (
                int.__add__(value, 0) if int.bit_length(value) <= MAX_BITS else f"int of {int.bit_length(value)} bits"
            )
        if issubclass(kind, str):
            return _excerpt(str.__str__(value))
        if issubclass(kind, Decimal | float | date | datetime):
            return _excerpt(str(value))
        if value is ABSENT:
            return "(absent)"
        if kind is Cut:
            return str(value)
        return self._inside(value, depth)

    def _inside(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if depth < MAX_DEPTH and self._left > 0:
            if issubclass(kind, Mapping):
                return dict(self._items(value, depth))
            if hasattr(kind, "__dataclass_fields__"):
                return {f.name: self.of(getattr(value, f.name), depth + 1) for f in fields(value)}
            if issubclass(kind, list | tuple | set | frozenset):
                return list(self._elements(value, depth))
        if issubclass(kind, Mapping | list | tuple | set | frozenset):
            return f"{kind.__name__} of {size_of(value)}"
        key = getattr(value, "pk", None)
        return f"{kind.__name__}({_excerpt(str(key))})" if type(key) in (int, str) else kind.__name__

    def _items(self, value: Mapping[Any, Any], depth: int) -> Iterator[tuple[str, Any]]:
        for count, key in enumerate(value):
            if count == MAX_ITEMS or self._left <= 0:
                yield "…", f"{size_of(value)} keys"
                return
            yield _key(key), self.of(value[key], depth + 1)

    def _elements(self, value: Any, depth: int) -> Iterator[Any]:
        for count, element in enumerate(islice(value, MAX_ITEMS + 1)):
            if count == MAX_ITEMS or self._left <= 0:
                yield f"… ({size_of(value)} elements)"
                return
            yield self.of(element, depth + 1)


def _key(key: Any) -> str:
    return key.fingerprint if issubclass(type(key), Secret) else key_text(key)
