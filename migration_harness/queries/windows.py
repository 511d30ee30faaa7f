"""The evidence windows that are now, and what was compared in them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from migration_harness.database import connection
from migration_harness.evidence.findings import Tally
from migration_harness.models import Flag
from migration_harness.seams.revisions import revision_of
from migration_harness.seams.seam import Seam

_SQL: Final = """
SELECT e.seam, e.execution_path, e.group_by, e.verdict, sum(e.comparisons)::bigint, min(e.first_at), max(e.last_at)
FROM migration_harness_evidence e
JOIN unnest(%(seams)s::text[], %(revisions)s::text[], %(epochs)s::bigint[]) AS now (seam, revision, epoch)
    ON e.seam = now.seam AND e.revision = now.revision AND e.flag_epoch >= now.epoch
WHERE e.run = '' AND e.seam = ANY(%(seams)s) AND e.revision = ANY(%(revisions)s)
GROUP BY 1, 2, 3, 4
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What is evidence for a seam: comparisons of this revision, since its flag last changed stage or baseline."""

    seam: Seam[Any, Any]
    revision: str
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRow:
    """Comparisons of one seam, execution path, group and verdict."""

    seam: str
    execution_path: str
    group: tuple[str, ...]
    verdict: str
    count: int
    first_at: datetime
    last_at: datetime


def windows_of(seams: Iterable[Seam[Any, Any]]) -> dict[str, Window]:
    """Return the window of each seam, by its name."""
    epochs = {flag.name: flag.window_epoch for flag in Flag.objects.all()}
    return {seam.name: Window(seam=seam, revision=revision_of(seam), epoch=epochs.get(seam.flag, 0)) for seam in seams}


def rows_in(windows: Mapping[str, Window]) -> list[WindowRow]:
    """Return what was compared in these windows, by one query."""
    parameters: dict[str, Any] = {
        "seams": list(windows),
        "revisions": [window.revision for window in windows.values()],
        "epochs": [window.epoch for window in windows.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, parameters)
        return [
            WindowRow(
                seam=seam, execution_path=path, group=tuple(group), verdict=verdict, count=count, first_at=first_at,
                last_at=last_at,
            )
            for seam, path, group, verdict, count, first_at, last_at in cursor.fetchall()
        ]  # fmt: skip


def tally_of(rows: Iterable[WindowRow]) -> Tally:
    """Count rows by their verdicts."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.verdict] = counts.get(row.verdict, 0) + row.count
    return Tally.of(counts)
