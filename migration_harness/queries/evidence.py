"""What was compared in the evidence window that is now, and what it proves: for a gate, by one call."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from migration_harness.evidence.findings import Finding, of_bound, of_stratum, together
from migration_harness.exceptions import UnknownSeam
from migration_harness.plan import GateName, Phase, Stratum, plan
from migration_harness.queries.beginnings import Beginning, beginnings_of
from migration_harness.queries.seams import seam_named
from migration_harness.queries.windows import Window, WindowRow, rows_in, tally_of, windows_of
from migration_harness.seams.seam import Seam
from migration_harness.wording import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class SeamEvidence:
    """One seam's evidence in the window that is now.

    ``since`` is the time of the first comparison in it, None where there is none; ``window_epoch`` that of the flag's
    last change of stage or baseline. ``bound`` is a ratio, None where nothing counts. ``began`` says why the window is
    a new one, and ``not_followed`` where it cannot be told what the candidate runs, so that all of a package counts.
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
    began: Beginning
    not_followed: tuple[str, ...]


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
    """Return the evidence for these phases, read by four queries."""
    chosen = list(phases)
    windows = windows_of(seam for phase in chosen for seam in _seams_of(phase))
    rows = rows_in(windows)
    since = {name: min((row.first_at for row in rows if row.seam == name), default=None) for name in windows}
    began = beginnings_of(windows, since)
    return [_phase_evidence(phase, windows, rows, began) for phase in chosen]


def _seams_of(phase: Phase) -> list[Seam[Any, Any]]:
    found = (seam_named(name) for flag in phase.flags for name in flag.seams)
    return [seam for seam in found if seam is not None]


def _phase_evidence(
    phase: Phase, windows: Mapping[str, Window], rows: list[WindowRow], began: Mapping[str, Beginning]
) -> PhaseEvidence:
    names = [seam.name for seam in _seams_of(phase)]
    ours = [row for row in rows if row.seam in names]
    seams = tuple(
        _seam_evidence(windows[name], [row for row in ours if row.seam == name], began[name]) for name in names
    )
    strata = tuple(each for stratum in phase.strata for each in _stratum_evidence(stratum, ours))
    compared = tuple(each for each in seams if not windows[each.name].is_over)
    answers = {GateName.BOUND: _bound_of(compared), GateName.COMPARISONS: _comparisons_of(strata)}
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


def _seam_evidence(window: Window, rows: list[WindowRow], began: Beginning) -> SeamEvidence:
    tally = tally_of(rows)
    return SeamEvidence(
        name=window.seam.name,
        flag=window.seam.flag,
        revision=window.revision,
        window_epoch=window.epoch,
        since=min((row.first_at for row in rows), default=None),
        last_at=max((row.last_at for row in rows), default=None),
        comparisons=tally.comparisons,
        failures=tally.failures,
        bound=tally.bound,
        finding=of_bound(tally),
        began=began,
        not_followed=window.not_followed,
    )


def _stratum_evidence(stratum: Stratum, rows: list[WindowRow]) -> Iterator[StratumEvidence]:
    """Yield the stratum for each seam that has compared calls of it."""
    seen = [row for row in rows if stratum.has(execution_path=row.execution_path, group=row.group)]
    for seam in sorted({row.seam for row in seen}) or [""]:
        tally = tally_of([row for row in seen if row.seam == seam]) if seam else None
        yield StratumEvidence(
            execution_path=stratum.execution_path.value,
            operation=stratum.operation,
            model=stratum.model,
            seam=seam,
            comparisons=None if tally is None else tally.comparisons,
            unexplained=None if tally is None else tally.unexplained,
            finding=of_stratum(tally),
        )
