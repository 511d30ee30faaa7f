"""What the comparisons of the windows that are now prove: enough of every stratum, and a bound that is low enough."""

from dataclasses import dataclass
from typing import Final

from migration_harness.plan import GateName
from migration_harness.rollout.gates.gate import GateAnswer, GateQuestion
from migration_harness.rollout.pages import page


@dataclass(frozen=True, slots=True)
class Compared:
    """A gate that the evidence of a phase answers, by the rules of :mod:`migration_harness.evidence.findings`."""

    gate: GateName
    words: str

    @property
    def name(self) -> str:
        """As the plan calls it."""
        return self.gate.value

    def answer(self, question: GateQuestion) -> GateAnswer:
        """Answer by the evidence windows that are now."""
        return GateAnswer.of(
            question.facts.evidence[question.phase.number].gates[self.gate],
            remedy="python manage.py harness evidence",
            evidence=page("evidence"),
        )


COMPARISONS: Final = Compared(GateName.COMPARISONS, "Every expected stratum has enough clean comparisons")
BOUND: Final = Compared(GateName.BOUND, "The upper bound of the mismatch ratio is low enough")
