"""Gates that nothing answers yet: unknown, with the reason."""

from dataclasses import dataclass

from migration_harness.evidence.findings import Answer
from migration_harness.plan import GateName
from migration_harness.rollout.gates.gate import GateAnswer, GateQuestion


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A gate that is named in plans, and for which nothing is recorded."""

    name: str
    words: str
    because: str

    def answer(self, question: GateQuestion) -> GateAnswer:  # noqa: ARG002  Every gate takes the question.
        """Say why nobody knows."""
        return GateAnswer(answer=Answer.UNKNOWN, sentence=self.because)


BACKUP = Unanswered(
    name=GateName.BACKUP.value,
    words="The backup is verified",
    because="No backup of what the deletion drops was made and verified.",
)
