"""What live calls have shown since the log began: totals that only grow, the same from every process."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from migration_harness.database import connection


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTotal:
    """All live comparisons of a seam with one verdict, without those of replays.

    A sum is None where the seam has no measure; ``one_sided`` comparisons have one on one side only.
    """

    seam: str
    verdict: str
    comparisons: int
    control_sum: Decimal | None
    candidate_sum: Decimal | None
    one_sided: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationTotal:
    """How long one side of a seam took, over all live comparisons.

    Attributes:
        seam: The seam.
        side: ``control`` or ``candidate``.
        counts: By bucket: those below the first bound, then up to below the next, the last one without a bound.
        total_ns: The sum of the durations.
    """

    seam: str
    side: str
    counts: tuple[int, ...]
    total_ns: int


def live_totals() -> list[LiveTotal]:
    """Return the totals of every seam and verdict that has any."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seam, verdict, sum(comparisons)::bigint, sum(control_sum), sum(candidate_sum), "
            "sum(one_sided)::bigint, max(last_at) FROM migration_harness_evidence WHERE run = '' GROUP BY seam, verdict"
        )
        rows = cursor.fetchall()
    return [
        LiveTotal(
            seam=seam,
            verdict=verdict,
            comparisons=comparisons,
            control_sum=control_sum,
            candidate_sum=candidate_sum,
            one_sided=one_sided,
            last_at=last_at,
        )
        for seam, verdict, comparisons, control_sum, candidate_sum, one_sided, last_at in rows
    ]


def duration_bounds() -> list[int]:
    """Return the bounds between the buckets, in nanoseconds, ascending."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT migration_harness_duration_bounds()")
        return list(cursor.fetchone()[0])


def duration_totals(*, buckets: int) -> list[DurationTotal]:
    """Return the totals of every seam and side that has any; ``buckets`` is one more than there are bounds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seam, side, bucket, sum(comparisons)::bigint, sum(total_ns)::bigint "
            "FROM migration_harness_duration_evidence WHERE run = '' GROUP BY seam, side, bucket"
        )
        rows = cursor.fetchall()
    counts: dict[tuple[str, str], list[int]] = {}
    totals: dict[tuple[str, str], int] = {}
    for seam, side, bucket, comparisons, total_ns in rows:
        counts.setdefault((seam, side), [0] * buckets)[bucket] = comparisons
        totals[seam, side] = totals.get((seam, side), 0) + total_ns
    return [
        DurationTotal(seam=seam, side=side, counts=tuple(found), total_ns=totals[seam, side])
        for (seam, side), found in sorted(counts.items())
    ]
