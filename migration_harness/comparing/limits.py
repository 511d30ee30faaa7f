"""How much of two values is compared, and what stands for the rest."""

from dataclasses import dataclass
from typing import Any, Final

from migration_harness.comparing.stored import name_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How far a comparison goes. What lies beyond a limit is a difference that says so.

    Attributes:
        depth: Levels of nesting.
        nodes: Values that are looked at, in all; as many again of each side to match what has no order.
        items: Elements of one collection.
        rows: Rows of one QuerySet, which are read to be compared.
        text: Characters, or bytes, of one text that a difference keeps; texts are compared to their end.
        differences: Fields that are named.
    """

    depth: int = 50
    nodes: int = 20_000
    items: int = 10_000
    rows: int = 1_000
    text: int = 100_000
    differences: int = 100


LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Stands for a value of which not all was compared or kept.

    Attributes:
        of: The class of the value.
        size: How long the value is, None where it cannot be said.
        reason: What was cut, in words.
    """

    of: str
    size: int | None
    reason: str

    def __str__(self) -> str:
        size = "" if self.size is None else f" of {self.size:,}"
        return f"({self.of}{size}: {self.reason})"


def cut(value: Any, reason: str) -> Cut:
    """Return what stands for ``value``."""
    return Cut(of=name_of(type(value)), size=size_of(value), reason=reason)


def size_of(value: Any) -> int | None:
    """Return the length of a value, None where it has none or does not tell."""
    try:
        return len(value)
    except Exception:  # noqa: BLE001  It is an object of the host, whose __len__ may do anything.
        return None
