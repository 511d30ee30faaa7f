"""What the page of a phase shows."""

from dataclasses import dataclass
from datetime import datetime

from dashboards.commands import HARNESS, REASON, Command
from dashboards.gate_rows import GateRow, gate_row
from dashboards.labels import PHASES, STAGES, Label
from migration_harness import queries
from migration_harness.models import PhaseAdvance, TestRun, VerifiedBackup
from migration_harness.plan import GateName, Phase, plan
from migration_harness.queries import KindRecorded
from migration_harness.queries.verified import test_runs, tried_backups
from migration_harness.rollout.checklists import ChecklistItem
from migration_harness.rollout.gates.gate import Way
from migration_harness.rollout.outside import Outside
from migration_harness.rollout.standing import PhaseStanding, standing_of
from migration_harness.wording import cohort_text

_WHEN = {
    Way.ENTERING: ("Entering", "Before more than three accounts, by name, get the candidate's answer."),
    Way.LEAVING: ("Leaving", "Before the phase is closed, and the next one begins."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSection:
    """The gates of one way through a phase."""

    title: str
    when: str
    rows: list[GateRow]
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagRow:
    """A flag that moves in the phase: who has the candidate, and what both stages mean."""

    name: str
    note: str
    cohort: str
    stage: str
    is_rolled_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PhasePage:
    """The whole page, as it was ``at`` this time; ``runs``, ``backups`` and ``kinds`` are None where no gate asks."""

    at: datetime
    phase: Phase
    state: Label
    closed: PhaseAdvance | None
    gates: dict[str, int]
    sections: list[GateSection]
    flags: list[FlagRow]
    checklist: tuple[ChecklistItem, ...]
    runs: list[TestRun] | None
    backups: list[VerifiedBackup] | None
    kinds: list[KindRecorded] | None
    outside: tuple[Outside, ...]
    before: Phase | None
    following: Phase | None
    commands: list[Command]


def phase_page(number: int, *, now: datetime) -> PhasePage:
    """Ask every gate of a phase, and shape what there is to see. Raises UnknownPhase."""
    standing = standing_of(number)
    phase, phases = standing.status.phase, plan().phases
    place = phases.index(phase)
    return PhasePage(
        at=now,
        phase=phase,
        state=PHASES[standing.status.state],
        closed=standing.status.closed,
        gates=standing.gates,
        sections=[section for way in Way if (section := _section(standing, way)).rows],
        flags=_flags(phase),
        checklist=standing.checklist,
        runs=test_runs(number) if GateName.TESTS in phase.gates else None,
        backups=tried_backups() if GateName.BACKUP in phase.gates else None,
        kinds=queries.kinds_recorded_lately(now=now) if GateName.LAWS in phase.gates else None,
        outside=standing.outside,
        before=phases[place - 1] if place else None,
        following=phases[place + 1] if place + 1 < len(phases) else None,
        commands=_commands(standing),
    )


def _section(standing: PhaseStanding, way: Way) -> GateSection:
    title, when = _WHEN[way]
    found = [each for each in standing.answers if each.way is way]
    return GateSection(
        title=title, when=when, rows=[gate_row(each) for each in found], open=sum(each.is_open for each in found)
    )


def _flags(phase: Phase) -> list[FlagRow]:
    known = {flag.name: flag for flag in queries.flag_statuses()}
    rows = []
    for planned in phase.flags:
        flag = known.get(planned.name)
        if flag is None:
            continue
        rows.append(
            FlagRow(
                name=flag.name,
                note=flag.note,
                cohort=cohort_text(flag),
                stage=f"{flag.stage}: {STAGES[flag.stage]}",
                is_rolled_back=flag.everyone is False,
            )
        )
    return rows


def _commands(standing: PhaseStanding) -> list[Command]:
    number = standing.status.phase.number
    found = [
        Command(purpose="Ask the gates", line=f"{HARNESS} gates {number}"),
        Command(purpose="Run the full test suite after this phase", line=f"{HARNESS} verify {number}"),
    ]
    if standing.status.closed is None:
        found.append(Command(purpose="Close the phase", line=f"{HARNESS} advance {number} {REASON}"))
    else:
        found.append(Command(purpose="Open it again", line=f"{HARNESS} advance {number} --undo {REASON}"))
    return found
