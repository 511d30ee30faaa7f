"""The phases of the plan, and how far they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from migration_harness.models import PhaseAdvance
from migration_harness.plan import Phase, plan
from migration_harness.queries.flags import FlagStatus, flag_statuses


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseStatus:
    """A phase of the plan and how far it is; ``closed`` is what closed it, None where it is not closed."""

    phase: Phase
    state: str
    closed: PhaseAdvance | None = None


def phase_statuses() -> list[PhaseStatus]:
    """Return the phases of the plan in order.

    A phase is complete when somebody closed it, the first that is not is active, and those after it are pending. It is
    rolled back, whatever else it is, while one of its flags is off for everyone.
    """
    closed = closed_phases()
    active = next((phase.number for phase in plan().phases if phase.number not in closed), None)
    back = {flag.name for flag in flag_statuses() if _is_rolled_back(flag)}
    return [
        PhaseStatus(phase=phase, state=_state(phase, closed, active, back), closed=closed.get(phase.number))
        for phase in plan().phases
    ]


def closed_phases() -> dict[int, PhaseAdvance]:
    """Return what closed each phase, by its number."""
    return {row.phase: row for row in PhaseAdvance.objects.filter(undone_at__isnull=True)}


def entered_at(number: int, *, closed: Mapping[int, PhaseAdvance] | None = None) -> datetime | None:
    """Return when a phase became the active one: when the one before was closed; None where it was not.

    ``closed`` is what ``closed_phases`` has returned, where that is known.
    """
    numbers = [phase.number for phase in plan().phases]
    before = numbers[: numbers.index(number)][-1:]
    if not before:
        return None
    found = (closed_phases() if closed is None else closed).get(before[0])
    return None if found is None else found.at


def _state(phase: Phase, closed: dict[int, PhaseAdvance], active: int | None, back: set[str]) -> str:
    if back & {flag.name for flag in phase.flags}:
        return "rolled_back"
    if phase.number in closed:
        return "complete"
    return "active" if phase.number == active else "pending"


def _is_rolled_back(flag: FlagStatus) -> bool:
    return flag.everyone is False
