"""What was compared in the evidence window that is now, and what it proves: for a gate, by one call."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from migration_harness.evidence.findings import Finding, Tally, of_bound, of_stratum, together
from migration_harness.exceptions import UnknownSeam
from migration_harness.models import Flag
from migration_harness.plan import GateName, Phase, Stratum, plan
from migration_harness.queries.seams import seam_named
from migration_harness.seams.revisions import revision_of
from migration_harness.seams.seam import Seam
from migration_harness.wording import counted

_SQL: Final = """
SELECT e.seam, e.execution_path, e.group_by, e.verdict, sum(e.comparisons)::bigint, min(e.first_at), max(e.last_at)
FROM migration_harness_evidence e
JOIN unnest(%(seams)s::text[], %(revisions)s::text[], %(epochs)s::bigint[]) AS now (seam, revision, epoch)
    ON e.seam = now.seam AND e.revision = now.revision AND e.flag_epoch >= now.epoch
WHERE e.run = '' AND e.seam = ANY(%(seams)s) AND e.revision = ANY(%(revisions)s)
GROUP BY 1, 2, 3, 4
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeamEvidence:
    """One seam's evidence in the window that is now.

    ``since`` is the time of the first comparison in it, None where there is none; ``window_epoch`` that of the flag's
    last change of stage or baseline. ``bound`` is a ratio, None where nothing counts.
    """

    name: str
    flag: str
    revision: str
    window_epoch: int
    since: datetime | None
    last_at: datetime | None
    comparisons: int
    failures: int
    bound: float | None
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumEvidence:
    """One expected stratum as one seam has compared it.

    ``seam`` is empty and the counts are None where no seam of the phase has compared anything of it.
    """

    execution_path: str
    operation: str
    model: str
    seam: str
    comparisons: int | None
    unexplained: int | None
    finding: Finding

    @property
    def name(self) -> str:
        """The stratum in words."""
        return " · ".join((self.execution_path, self.operation, self.model))


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseEvidence:
    """The evidence for one phase, and what its gates answer by it: ``bound`` and ``comparisons``, where it has them."""

    number: int
    name: str
    seams: tuple[SeamEvidence, ...]
    strata: tuple[StratumEvidence, ...]
    gates: Mapping[GateName, Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """Comparisons of one seam, execution path, group and verdict."""

    seam: str
    execution_path: str
    group: tuple[str, ...]
    verdict: str
    count: int
    first_at: datetime
    last_at: datetime


def evidence_by_phase() -> list[PhaseEvidence]:
    """Return the evidence for every phase that compares anything, in the order of the plan."""
    return evidence_for(phase for phase in plan().phases if _seams_of(phase))


def evidence_of_seam(name: str) -> PhaseEvidence:
    """Return the part of its phase's evidence that concerns one seam. Raises UnknownSeam."""
    for phase in plan().phases:
        if name in {seam.name for seam in _seams_of(phase)}:
            (found,) = evidence_for([phase])
            return PhaseEvidence(
                number=found.number,
                name=found.name,
                seams=tuple(each for each in found.seams if each.name == name),
                strata=tuple(each for each in found.strata if each.seam == name),
                gates=found.gates,
            )
    known = ", ".join(sorted(seam.name for phase in plan().phases for seam in _seams_of(phase)))
    raise UnknownSeam(f"The plan has no seam {name!r} that compares. Known seams: {known}.")


def evidence_for(phases: Iterable[Phase]) -> list[PhaseEvidence]:
    """Return the evidence for these phases, read by two queries."""
    chosen = list(phases)
    seams = [seam for phase in chosen for seam in _seams_of(phase)]
    epochs = {flag.name: flag.window_epoch for flag in Flag.objects.all()}
    windows = {seam.name: (seam, revision_of(seam), epochs.get(seam.flag, 0)) for seam in seams}
    rows = _rows(windows)
    return [_phase_evidence(phase, windows, rows) for phase in chosen]


def _seams_of(phase: Phase) -> list[Seam[Any, Any]]:
    found = (seam_named(name) for flag in phase.flags for name in flag.seams)
    return [seam for seam in found if seam is not None]


_Window = tuple[Seam[Any, Any], str, int]


def _rows(windows: Mapping[str, _Window]) -> list[_Row]:
    parameters: dict[str, Any] = {
        "seams": list(windows),
        "revisions": [revision for _, revision, _ in windows.values()],
        "epochs": [epoch for _, _, epoch in windows.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, parameters)
        return [
            _Row(
                seam=seam, execution_path=path, group=tuple(group), verdict=verdict, count=count, first_at=first_at,
                last_at=last_at,
            )
            for seam, path, group, verdict, count, first_at, last_at in cursor.fetchall()
        ]  # fmt: skip


def _phase_evidence(phase: Phase, windows: Mapping[str, _Window], rows: list[_Row]) -> PhaseEvidence:
    names = [seam.name for seam in _seams_of(phase)]
    ours = [row for row in rows if row.seam in names]
    seams = tuple(_seam_evidence(windows[name], [row for row in ours if row.seam == name]) for name in names)
    strata = tuple(each for stratum in phase.strata for each in _stratum_evidence(stratum, ours))
    answers = {GateName.BOUND: _bound_of(seams), GateName.COMPARISONS: _comparisons_of(strata)}
    gates = {name: finding for name, finding in answers.items() if name in phase.gates}
    return PhaseEvidence(number=phase.number, name=phase.name, seams=seams, strata=strata, gates=gates)


def _bound_of(seams: tuple[SeamEvidence, ...]) -> Finding:
    return together(
        {each.name: each.finding for each in seams},
        every=f"The bound of every seam is low enough: {counted(len(seams), 'seam')}.",
        nothing="No seam of this phase compares anything.",
    )


def _comparisons_of(strata: tuple[StratumEvidence, ...]) -> Finding:
    return together(
        {f"{each.name} ({each.seam})" if each.seam else each.name: each.finding for each in strata},
        every="Every expected stratum has been seen often enough, and clean.",
        nothing="The plan names no stratum that it expects in this phase.",
    )


def _seam_evidence(window: _Window, rows: list[_Row]) -> SeamEvidence:
    seam, revision, epoch = window
    tally = _tally(rows)
    return SeamEvidence(
        name=seam.name,
        flag=seam.flag,
        revision=revision,
        window_epoch=epoch,
        since=min((row.first_at for row in rows), default=None),
        last_at=max((row.last_at for row in rows), default=None),
        comparisons=tally.comparisons,
        failures=tally.failures,
        bound=tally.bound,
        finding=of_bound(tally),
    )


def _stratum_evidence(stratum: Stratum, rows: list[_Row]) -> Iterator[StratumEvidence]:
    """Yield the stratum for each seam whose group is its operation and model, on its execution path."""
    group = (stratum.operation, stratum.model)
    seen = [row for row in rows if row.execution_path == stratum.execution_path and row.group == group]
    for seam in sorted({row.seam for row in seen}) or [""]:
        tally = _tally([row for row in seen if row.seam == seam]) if seam else None
        yield StratumEvidence(
            execution_path=stratum.execution_path.value,
            operation=stratum.operation,
            model=stratum.model,
            seam=seam,
            comparisons=None if tally is None else tally.comparisons,
            unexplained=None if tally is None else tally.unexplained,
            finding=of_stratum(tally),
        )


def _tally(rows: Iterable[_Row]) -> Tally:
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.verdict] = counts.get(row.verdict, 0) + row.count
    return Tally.of(counts)
