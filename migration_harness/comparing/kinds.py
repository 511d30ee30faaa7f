"""One field that differs, and how."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from migration_harness.comparing.paths import Index, Steps, path_text


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
    """One field that differs, with the values of both sides.

    Attributes:
        path: Where, as pages show it. A key may hold dots: programs read ``steps``.
        kind: How it differs.
        control: The control's value; ABSENT where it has none, a :class:`~migration_harness.comparing.limits.Cut`
            where it is too large to keep.
        candidate: The candidate's value, likewise.
        steps: The way from the compared value to the field: keys, positions, members of sets. The positions of what
            only the candidate has are the candidate's, all others are the control's.
        note: What else is to be known, in words; empty if nothing is.
        meant: The rule that would explain this field alone, where others beside it are not explained; else empty.
    """

    path: str
    kind: Kind
    control: Any
    candidate: Any
    steps: Steps = ()
    note: str = ""
    meant: str = ""

    @property
    def field(self) -> str:
        """The path, for all elements of a sequence alike: ``result.items[*].id``."""
        if not self.steps or not any(isinstance(step, Index) for step in self.steps):
            return self.path
        root = self.path.removesuffix(path_text("", self.steps))
        return path_text(root, self.steps, general=True)
