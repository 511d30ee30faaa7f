"""Where two values differ, field by field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any

MAX_DEPTH = 50
"""Deeper structures are compared whole at this depth, so that a cycle cannot hang a caller."""


class Kind(StrEnum):
    """How a field differs."""

    MISSING = "missing"
    """The control has it, the candidate does not."""
    EXTRA = "extra"
    """The candidate has it, the control does not."""
    TYPE = "type"
    """Both have it, of different types."""
    VALUE = "value"
    """Both have it, of one type, with different values."""
    ORDER = "order"
    """The same elements in another order."""
    LENGTH = "length"
    """Sequences of different lengths."""


class _Absent:
    def __repr__(self) -> str:
        return "<absent>"


ABSENT: Any = _Absent()
"""Stands for the value of a side that does not have the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field that differs, with the values of both sides (ABSENT where a side has none)."""

    path: str
    kind: Kind
    control: Any
    candidate: Any


def diff(control: Any, candidate: Any, *, root: str = "result") -> tuple[Difference, ...]:
    """Return every field in which ``candidate`` differs from ``control``; empty where they are equal.

    Mappings, dataclasses and sequences are walked; anything else is compared with ``==``. ``root`` is
    the path of the value itself.
    """
    return tuple(_walk(control, candidate, root, 0))


def _walk(control: Any, candidate: Any, path: str, depth: int) -> Iterator[Difference]:
    if type(control) is not type(candidate):
        if control != candidate:
            yield Difference(path=path, kind=Kind.TYPE, control=control, candidate=candidate)
        return
    if control == candidate:
        return
    if depth < MAX_DEPTH:
        if isinstance(control, Mapping):
            yield from _walk_mapping(control, candidate, path, depth)
            return
        if is_dataclass(control) and not isinstance(control, type):
            yield from _walk_mapping(_as_mapping(control), _as_mapping(candidate), path, depth)
            return
        if isinstance(control, Sequence) and not isinstance(control, str | bytes):
            yield from _walk_sequence(control, candidate, path, depth)
            return
    yield Difference(path=path, kind=Kind.VALUE, control=control, candidate=candidate)


def _as_mapping(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value) if field.compare}


def _walk_mapping(
    control: Mapping[Any, Any], candidate: Mapping[Any, Any], path: str, depth: int
) -> Iterator[Difference]:
    for key, value in control.items():
        inner = f"{path}.{key}"
        if key in candidate:
            yield from _walk(value, candidate[key], inner, depth + 1)
        else:
            yield Difference(path=inner, kind=Kind.MISSING, control=value, candidate=ABSENT)
    for key, value in candidate.items():
        if key not in control:
            yield Difference(path=f"{path}.{key}", kind=Kind.EXTRA, control=ABSENT, candidate=value)


def _walk_sequence(control: Sequence[Any], candidate: Sequence[Any], path: str, depth: int) -> Iterator[Difference]:
    if len(control) != len(candidate):
        yield Difference(path=path, kind=Kind.LENGTH, control=control, candidate=candidate)
    elif _same_elements(control, candidate):
        yield Difference(path=path, kind=Kind.ORDER, control=control, candidate=candidate)
    else:
        for index, (left, right) in enumerate(zip(control, candidate, strict=True)):
            yield from _walk(left, right, f"{path}[{index}]", depth + 1)


def _same_elements(control: Sequence[Any], candidate: Sequence[Any]) -> bool:
    """Tell whether one sequence is a permutation of the other; elements need not be hashable."""
    rest = list(candidate)
    for element in control:
        try:
            rest.remove(element)
        except ValueError:
            return False
    return True
