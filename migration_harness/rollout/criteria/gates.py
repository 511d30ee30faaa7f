"""What a gate of the plan says at the end."""

from datetime import datetime

from migration_harness.plan import GateName, Phase, plan
from migration_harness.rollout.criteria.criterion import GateOpen
from migration_harness.rollout.criteria.met import Met, by_name, harness, unknown


def of_gate(asked: GateOpen, *, now: datetime) -> Met:
    """Ask the gate of each phase that is meant; unknown where no phase has it."""
    meant = [each for each in plan().phases if asked.gate in each.gates and asked.phase in (None, each.number)]
    if not meant:
        return unknown(f"No phase of the plan has the gate {asked.gate}.", remedy="Give it to a phase in the plan")
    return by_name({f"Phase {each.number}": _answer(each, asked.gate, now=now) for each in meant})


def _answer(phase: Phase, gate: GateName, *, now: datetime) -> Met:  # noqa: ARG001  By which a gate is asked.
    return unknown(f"The gate {gate} is answered by nobody.", remedy=harness(f"gates --phase {phase.number}"))
