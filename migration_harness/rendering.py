"""Values as text that may be stored and shown: short, and never a secret."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from migration_harness.comparator import Judgement
from migration_harness.difference import ABSENT
from migration_harness.secret import Secret

MAX_TEXT: Final = 500
MAX_ITEMS: Final = 50
MAX_DEPTH: Final = 6


def render(value: Any, *, depth: int = 0) -> Any:
    """Return ``value`` as JSON can hold it; an object is named by class and primary key, nothing more."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Secret):
        return value.fingerprint
    if isinstance(value, Decimal | float | date | datetime):
        return str(value)
    if isinstance(value, str):
        return value if len(value) <= MAX_TEXT else f"{value[:MAX_TEXT]}… ({len(value)} characters)"
    if value is ABSENT:
        return "(absent)"
    if depth < MAX_DEPTH:
        if isinstance(value, Mapping):
            return {str(key): render(inner, depth=depth + 1) for key, inner in list(value.items())[:MAX_ITEMS]}
        if is_dataclass(value) and not isinstance(value, type):
            return {f.name: render(getattr(value, f.name), depth=depth + 1) for f in fields(value)}
        if isinstance(value, list | tuple | set | frozenset):
            return [render(inner, depth=depth + 1) for inner in list(value)[:MAX_ITEMS]]
    key = getattr(value, "pk", None)
    return f"{type(value).__name__}({key})" if isinstance(key, int | str) else type(value).__name__


def payload_of(judgement: Judgement, call: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a sample keeps: the differences, what the oracle expected, and the call."""
    payload: dict[str, Any] = {
        "differences": [
            {
                "path": d.path,
                "kind": d.kind.value,
                "control": render(d.control),
                "candidate": render(d.candidate),
            }
            for d in judgement.differences
        ],
        "call": render(call),
    }
    if judgement.expected is not ABSENT:
        payload["expected"] = render(judgement.expected)
    return payload
