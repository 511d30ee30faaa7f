"""Where the gates of every phase stand, counted: for the overview and for scripts."""

from migration_harness.plan import plan
from migration_harness.rollout.gates.asking import ask_both, open_and_total
from migration_harness.rollout.gates.facts import Facts


def gates_by_phase() -> dict[int, dict[str, int]]:
    """Return for each phase how many of its gates are open, of how many."""
    facts = Facts()
    return {phase.number: open_and_total(phase, ask_both(phase, facts=facts)) for phase in plan().phases}
