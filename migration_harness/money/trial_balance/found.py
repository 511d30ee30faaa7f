"""What a law finds: an invariant that is broken, with the rows that break it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, Self

MOST: Final = 200
"""What one look at a law finds at most: whoever sees two hundred has seen enough."""


class LawName(StrEnum):
    """An invariant of the ledger and of its evidence."""

    CHAIN = "chain"
    """The balance after an entry follows from the one before it, and that of the first from the opening."""
    BALANCE = "balance"
    """The balance of an account is what its newest entry left: with the chain, opening + entries = balance."""
    OPERATION = "operation"
    """An operation is charged once."""
    USAGE = "usage"
    """A charge has one usage log, of the same account and credits; no other entry has one."""
    USAGE_CHARGE = "usage_charge"
    """A usage log with credits has its charge."""
    EVIDENCE = "evidence"
    """A charge at a compared stage and full share has its comparison, with the prices that it keeps."""
    EVIDENCE_CHARGE = "evidence_charge"
    """A comparison of a money seam has its charge."""
    UNCHANGED = "unchanged"
    """What was entered stays as it was."""
    DRIFT = "drift"
    """What one of two stores missed is repaired soon."""
    TRAIL = "trail"
    """The audit trail is what was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One break. ``key`` is of what breaks the law; ``rows`` are ids in the book that the law is about."""

    law: LawName
    key: str
    sentence: str
    account_id: str = ""
    rows: tuple[int, ...] = ()


class Range(NamedTuple):
    """Ids from the first to the last, both included."""

    first: int
    last: int

    @classmethod
    def each(cls, ids: Iterable[int]) -> Iterator[Self]:
        """Return single ids as ranges."""
        return (cls(each, each) for each in sorted(set(ids)))
