"""What a host gives of the past: calls that can be made again."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall:
    """A call of a seam in the past: its arguments by name, when it was made, and for which operation."""

    seam: str
    arguments: Mapping[str, Any]
    operation_id: str
    at: datetime


class RecordedUsage(Protocol):
    """What the host has recorded of past calls. Named by the setting ``HARNESS["RECORDED_USAGE"]``."""

    seams: tuple[str, ...]
    """The seams whose calls can be made again from it."""

    def count(self, *, seams: tuple[str, ...], since: datetime, until: datetime) -> int:
        """Return how many calls ``calls`` yields."""

    def calls(self, *, seams: tuple[str, ...], since: datetime, until: datetime) -> Iterator[RecordedCall]:
        """Yield the calls from ``since`` up to before ``until``, the oldest first, in constant memory."""

    def steady(self) -> AbstractContextManager[object]:
        """Hold still what both sides price by."""
