"""What an operation did to the world: rows that it changed, and steps that others noticed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self


class Change(StrEnum):
    """What became of a row."""

    INSERTED = "inserted"
    UPDATED = "updated"
    DELETED = "deleted"


class StepKind(StrEnum):
    """What others noticed, or the host noted."""

    SENT = "sent"
    """A payload on the wire, with what came back."""
    FILE = "file"
    """A file was written: its name, the digest of its content, and whether there was one of that name."""
    FILE_DELETED = "file_deleted"
    """A file was deleted."""
    TASK = "task"
    """A task was published."""
    MAIL = "mail"
    """A mail was sent."""
    NOTED = "noted"
    """The host says that it came by: the balance was checked."""
    OPERATION = "operation"
    """Another operation ran inside this one, and has a recording of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One change of one row, in the order in which they came.

    Attributes:
        model: The model, as ``billing.CreditTransaction``.
        change: What became of it.
        key: Its primary key as text.
        before: Its columns as they were; None where it was inserted.
        after: Its columns as they are; None where it was deleted.
    """

    model: str
    change: Change
    key: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "model": self.model,
            "change": self.change.value,
            "key": self.key,
            "before": None if self.before is None else dict(self.before),
            "after": None if self.after is None else dict(self.after),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Return what ``as_json`` made plain."""
        return cls(**{**kept, "change": Change(kept["change"])})

    def __str__(self) -> str:
        return f"{self.model} {self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that others noticed, or that the host noted.

    Attributes:
        kind: What it was.
        name: To whom it was sent, the file's name, the task's.
        payload: What it said, plain.
        answer: What came back of what was sent; None where nothing came.
    """

    kind: StepKind
    name: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    answer: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "kind": self.kind.value,
            "name": self.name,
            "payload": dict(self.payload),
            "answer": None if self.answer is None else dict(self.answer),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Return what ``as_json`` made plain."""
        return cls(**{**kept, "kind": StepKind(kept["kind"])})
