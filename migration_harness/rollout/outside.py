"""What was done outside of the plan and is not undone: flags that passed closed gates, phases closed past theirs."""

from dataclasses import dataclass
from datetime import datetime

from migration_harness import queries
from migration_harness.control import outside_plan
from migration_harness.models import OutsidePlan, PhaseAdvance
from migration_harness.plan import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """One thing that passed what was not open: a change of a flag, or where ``flag`` is None the end of the phase."""

    phase: int
    flag: str | None
    epoch: int | None
    actor: str
    reason: str
    at: datetime
    refused: tuple[str, ...]

    @property
    def what(self) -> str:
        """What was done, in a few words."""
        return f"phase {self.phase} was closed" if self.flag is None else self.flag


def outside_of(phase: Phase) -> list[Outside]:
    """Return what of a phase is outside of the plan now, its own end first, then its flags, the newest first."""
    flags = {flag.name for flag in phase.flags}
    closed = queries.closed_phases().get(phase.number)
    ended = [_ended(closed)] if closed and closed.refused else []
    return [*ended, *(_flipped(row, phase) for row in outside_plan.standing() if row.flag in flags)]


def _ended(row: PhaseAdvance) -> Outside:
    return Outside(
        phase=row.phase,
        flag=None,
        epoch=None,
        actor=row.actor,
        reason=row.reason,
        at=row.at,
        refused=tuple(row.refused),
    )


def _flipped(row: OutsidePlan, phase: Phase) -> Outside:
    return Outside(
        phase=phase.number,
        flag=row.flag,
        epoch=row.epoch,
        actor=row.actor,
        reason=row.reason,
        at=row.at,
        refused=tuple(row.refused),
    )
