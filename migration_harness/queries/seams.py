"""Seams and what their comparisons found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from migration_harness.comparing.comparator import Verdict
from migration_harness.database import connection
from migration_harness.deciding.registry import seams
from migration_harness.seams.seam import Seam

ALL_VERDICTS: Final = tuple(verdict.value for verdict in Verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeamStatus:
    """A seam's comparisons: counts by verdict, sums of both measures, time of the last one.

    ``one_sided`` comparisons have a measure on one side only, so the sums are not of the same calls.
    """

    name: str
    flag: str
    measure: str | None
    comparisons: int
    verdicts: Mapping[str, int]
    control_sum: Decimal | None
    candidate_sum: Decimal | None
    one_sided: int
    last_at: datetime | None


def seam_named(name: str) -> Seam[Any, Any] | None:
    """Return the seam of this name that compares; None for one that is retired and has only its comparisons left."""
    found = seams.get(name)
    return found if isinstance(found, Seam) else None


def seam_statuses() -> list[SeamStatus]:
    """Return every seam with what its comparisons found, a seam without any as well."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seam, verdict, sum(comparisons)::bigint, sum(control_sum), sum(candidate_sum), max(last_at), "
            "sum(one_sided)::bigint FROM migration_harness_total_evidence GROUP BY seam, verdict"
        )
        rows = cursor.fetchall()
    found: dict[str, list[tuple[Any, ...]]] = {}
    for seam, *rest in rows:
        found.setdefault(seam, []).append(tuple(rest))
    return [_seam_status(seam.name, seam.flag, seam.measure, found.get(seam.name, [])) for seam in seams]


def _seam_status(name: str, flag: str, measure: str | None, rows: list[tuple[Any, ...]]) -> SeamStatus:
    counts = {verdict: count for verdict, count, *_ in rows}
    return SeamStatus(
        name=name,
        flag=flag,
        measure=measure,
        comparisons=sum(counts.values()),
        verdicts={verdict: counts.get(verdict, 0) for verdict in ALL_VERDICTS},
        control_sum=_sum(row[2] for row in rows) if measure else None,
        candidate_sum=_sum(row[3] for row in rows) if measure else None,
        one_sided=sum(row[5] for row in rows),
        last_at=max((row[4] for row in rows), default=None),
    )


def _sum(values: Iterable[Decimal | None]) -> Decimal:
    return sum((value for value in values if value is not None), Decimal(0))
