"""Every expected stratum has enough clean comparisons."""

from migration_harness.plan import GateName
from migration_harness.rollout.gates.gate import GateAnswer, GateQuestion
from migration_harness.rollout.pages import page


class Comparisons:
    """Enough was compared of every kind of call that the plan expects, and nothing of it is unexplained."""

    name = GateName.COMPARISONS.value
    words = "Every expected stratum has enough clean comparisons"

    def answer(self, question: GateQuestion) -> GateAnswer:
        """Answer by the evidence windows that are now."""
        found = question.facts.evidence[question.phase.number].gates[GateName.COMPARISONS]
        return GateAnswer.of(
            found,
            remedy="python manage.py harness evidence",
            evidence=page("evidence"),
        )
