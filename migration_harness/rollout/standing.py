"""Where phases stand: their gates, counted or one by one, their checklist, and what is outside of the plan."""

from dataclasses import dataclass

from migration_harness import queries
from migration_harness.plan import plan
from migration_harness.queries import PhaseStatus
from migration_harness.rollout.checklists import ChecklistItem, checklist_of
from migration_harness.rollout.gates.asking import Answered, ask_both, open_and_total
from migration_harness.rollout.gates.facts import Facts
from migration_harness.rollout.outside import Outside, outside_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseStanding:
    """A phase, what each of its gates answers now, its checklist, and what of it is outside of the plan."""

    status: PhaseStatus
    answers: tuple[Answered, ...]
    checklist: tuple[ChecklistItem, ...]
    outside: tuple[Outside, ...]

    @property
    def gates(self) -> dict[str, int]:
        """How many of its gates are open, of how many."""
        return open_and_total(self.status.phase, self.answers)


def answers_by_phase(*, facts: Facts | None = None) -> dict[int, list[Answered]]:
    """Return what every gate of each phase answers now, those for entering it first."""
    shared = facts or Facts()
    return {phase.number: ask_both(phase, facts=shared) for phase in plan().phases}


def gates_by_phase() -> dict[int, dict[str, int]]:
    """Return for each phase how many of its gates are open, of how many."""
    answers = answers_by_phase()
    return {phase.number: open_and_total(phase, answers[phase.number]) for phase in plan().phases}


def standing_of(number: int) -> PhaseStanding:
    """Return how one phase stands, and ask every gate of it. Raises UnknownPhase."""
    phase = plan().phase(number)
    return PhaseStanding(
        status=next(each for each in queries.phase_statuses() if each.phase.number == number),
        answers=tuple(ask_both(phase)),
        checklist=tuple(checklist_of(phase)),
        outside=tuple(outside_of(phase)),
    )
