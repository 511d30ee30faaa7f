"""What a gate of the plan says at the end."""

from migration_harness.plan import GateName, Phase, plan
from migration_harness.rollout.criteria.criterion import GateOpen
from migration_harness.rollout.criteria.met import Met, by_name, unknown
from migration_harness.rollout.gates.asking import ask_one
from migration_harness.rollout.gates.facts import Facts


def of_gate(asked: GateOpen, *, facts: Facts) -> Met:
    """Ask the gate of each phase that is meant; unknown where no phase has it."""
    meant = phases_with(asked.gate, asked.phase)
    if not meant:
        return unknown(f"No phase of the plan has the gate {asked.gate}.", remedy="Give it to a phase in the plan")
    return by_name({f"Phase {each.number}": _answer(each, asked.gate, facts) for each in meant})


def phases_with(gate: GateName, number: int | None = None) -> list[Phase]:
    """Return the phases that have a gate, or the one of this number if it does."""
    return [each for each in plan().phases if gate in each.gates and number in (None, each.number)]


def _answer(phase: Phase, gate: GateName, facts: Facts) -> Met:
    found = ask_one(phase, gate, facts=facts).answer
    return Met(answer=found.answer, sentence=found.sentence, remedy=found.remedy)
