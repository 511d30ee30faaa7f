"""The evidence windows that are now, and what was compared in them."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from migration_harness.database import connection
from migration_harness.deciding.registry import seams
from migration_harness.deciding.stages import COHORT_STAGES, TABLE, Stage, stage_named
from migration_harness.evidence.findings import AGREED, Tally
from migration_harness.models import Flag
from migration_harness.seams.parts import not_followed
from migration_harness.seams.revisions import digest, parts_of
from migration_harness.seams.seam import Seam

_SQL: Final = """
SELECT e.seam, e.execution_path, e.group_by, e.verdict, sum(e.comparisons)::bigint, min(e.first_at), max(e.last_at)
FROM migration_harness_stratum_evidence e
JOIN unnest(%(seams)s::text[], %(revisions)s::text[], %(epochs)s::bigint[]) AS now (seam, revision, epoch)
    ON e.seam = now.seam AND e.revision = now.revision AND e.flag_epoch >= now.epoch
WHERE e.seam = ANY(%(seams)s) AND e.revision = ANY(%(revisions)s)
GROUP BY 1, 2, 3, 4
"""
_NEWEST: Final = """
SELECT DISTINCT ON (seam) seam, revision FROM migration_harness_stratum_evidence
WHERE seam = ANY(%s) ORDER BY seam, last_at DESC
"""
_ANSWERED: Final = """
SELECT execution_path, sum(comparisons)::bigint FROM migration_harness_stratum_evidence
WHERE stage = ANY(%s) AND verdict = ANY(%s) GROUP BY execution_path
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What is evidence for a seam: comparisons of this revision, since its flag last changed stage or baseline.

    ``is_over``: its flag is complete for everyone, so that nothing is compared any more, and nothing has to be proven.
    """

    seam: Seam[Any, Any]
    parts: Mapping[str, str]
    epoch: int
    is_over: bool

    @property
    def revision(self) -> str:
        """The revision that its comparisons have."""
        return digest(dict(self.parts))

    @property
    def not_followed(self) -> tuple[str, ...]:
        """Where it cannot be told what the candidate runs, a sentence each."""
        return not_followed(self.seam)


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


def windows_of(asked: Iterable[Seam[Any, Any]]) -> dict[str, Window]:
    """Return the window of each seam, by its name."""
    flags = {flag.name: flag for flag in Flag.objects.all()}
    return {seam.name: _window(seam, flags.get(seam.flag)) for seam in asked}


def _window(seam: Seam[Any, Any], flag: Flag | None) -> Window:
    is_over = flag is not None and flag.everyone is True and stage_named(flag.stage) is Stage.COMPLETE
    epoch = 0 if flag is None else flag.window_epoch
    return Window(seam=seam, parts=parts_of(seam), epoch=epoch, is_over=is_over)


def rows_in(windows: Mapping[str, Window]) -> list[WindowRow]:
    """Return what was compared in these windows, by one query."""
    return _rows({name: (window.revision, window.epoch) for name, window in windows.items()})


def final_rows(names: Iterable[str]) -> list[WindowRow]:
    """Return what was compared last: in the window that is now, or where a seam compares no more.

    At the end of a migration a seam compares nothing, or there is none of its name any more; what it showed before
    still counts, of the newest revision that was compared.
    """
    wanted = list(names)
    now = windows_of(seam for seam in seams if isinstance(seam, Seam) and seam.name in wanted)
    ended = {flag.name for flag in Flag.objects.all() if not _compares(flag)}
    chosen = {name: (window.revision, window.epoch) for name, window in now.items() if window.seam.flag not in ended}
    return _rows({name: (revision, 0) for name, revision in _newest(set(wanted) - chosen.keys()).items()} | chosen)


def _compares(flag: Flag) -> bool:
    """Tell whether calls of anybody are compared."""
    in_use = {flag.stage} if flag.everyone else {flag.baseline, flag.stage}
    return any(TABLE[stage_named(stage)].compared for stage in in_use)


def _newest(names: AbstractSet[str]) -> dict[str, str]:
    """Return the revision that was compared last, by the seam's name."""
    if not names:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [sorted(names)])
        return dict(cursor.fetchall())


def _rows(windows: Mapping[str, tuple[str, int]]) -> list[WindowRow]:
    parameters: dict[str, Any] = {
        "seams": list(windows),
        "revisions": [revision for revision, _ in windows.values()],
        "epochs": [epoch for _, epoch in windows.values()],
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


def answered_by_path() -> dict[str, int]:
    """Return how many calls the candidate answered and agreed in, by the way in which the work came."""
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERED, [[stage.value for stage in COHORT_STAGES], [each.value for each in AGREED]])
        return dict(cursor.fetchall())


def tally_of(rows: Iterable[WindowRow]) -> Tally:
    """Count rows by their verdicts."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.verdict] = counts.get(row.verdict, 0) + row.count
    return Tally.of(counts)
