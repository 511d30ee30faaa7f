"""Writes that have reached one store of two."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from migration_harness.database import connection
from migration_harness.deciding.registry import seams
from migration_harness.seams.write_seam import WriteSeam


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftStatus:
    """The keys of a write seam whose last write has reached one store only, a write under way among them.

    Attributes:
        seam: The write seam.
        flag: Its flag; empty for a seam that is retired and has left drift behind.
        open: How many keys.
        failed: How many of them could not be repaired so far.
        oldest_at: When the first of them was written; None where there is none.
        oldest_seconds: How long ago that is.
    """

    seam: str
    flag: str
    open: int
    failed: int
    oldest_at: datetime | None
    oldest_seconds: float | None


def drift_statuses() -> list[DriftStatus]:
    """Return every write seam with its drift, one without any as well, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seam, count(*), count(*) FILTER (WHERE attempts > 0), min(at), "
            "greatest(0, extract(epoch FROM clock_timestamp() - min(at))) FROM migration_harness_drift GROUP BY seam"
        )
        found = {seam: (count, failed, at, float(seconds)) for seam, count, failed, at, seconds in cursor.fetchall()}
    flags = {seam.name: seam.flag for seam in seams if isinstance(seam, WriteSeam)}
    return [
        _status(name, flags.get(name, ""), *found.get(name, (0, 0, None, None))) for name in sorted({*flags, *found})
    ]


def open_drift(found: Iterable[DriftStatus]) -> int:
    """Count the keys that have drifted."""
    return sum(each.open for each in found)


def _status(
    seam: str, flag: str, count: int, failed: int, oldest_at: datetime | None, oldest_seconds: float | None
) -> DriftStatus:
    return DriftStatus(
        seam=seam, flag=flag, open=count, failed=failed, oldest_at=oldest_at, oldest_seconds=oldest_seconds
    )
