"""The upper bound of the mismatch ratio is low enough."""

from migration_harness.plan import GateName
from migration_harness.rollout.gates.gate import GateAnswer, GateQuestion
from migration_harness.rollout.pages import page


class Bound:
    """So much was compared that a greater share of unexplained differences can be ruled out, for every seam."""

    name = GateName.BOUND.value
    words = "The upper bound of the mismatch ratio is low enough"

    def answer(self, question: GateQuestion) -> GateAnswer:
        """Answer by the evidence windows that are now."""
        found = question.facts.evidence[question.phase.number].gates[GateName.BOUND]
        return GateAnswer.of(
            found,
            remedy="python manage.py harness evidence",
            evidence=page("evidence"),
        )
