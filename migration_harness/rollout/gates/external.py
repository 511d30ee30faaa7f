"""A gate that somebody outside answers: a CI job, a finance system."""

from migration_harness.evidence.findings import Answer
from migration_harness.models import ExternalAnswer
from migration_harness.plan import External
from migration_harness.rollout.gates.gate import GateAnswer, GateQuestion


class AnsweredOutside:
    """Open while the newest answer says so and has not expired."""

    def __init__(self, declared: External) -> None:
        self.name = declared.name
        self.words = declared.words

    def answer(self, question: GateQuestion) -> GateAnswer:
        """Judge the newest answer."""
        number = question.phase.number
        remedy = f"POST /api/v1/migration/phases/{number}/gates/{self.name}/ with a token of the scope gate"
        rows = ExternalAnswer.objects.filter(phase=number, gate=self.name)
        found = rows.order_by("-id").first()
        if found is None:
            return GateAnswer(answer=Answer.UNKNOWN, sentence="Nobody has answered yet.", remedy=remedy)
        said = f"{found.actor} at {found.at:%Y-%m-%d %H:%M} UTC: {found.sentence}"
        if found.expires_at <= question.now:
            return GateAnswer(
                answer=Answer.UNKNOWN,
                sentence=f"The answer expired at {found.expires_at:%Y-%m-%d %H:%M} UTC. {said}",
                remedy=remedy,
                evidence=found.link,
            )
        return GateAnswer(
            answer=Answer.OPEN if found.is_open else Answer.CLOSED,
            sentence=said,
            remedy="" if found.is_open else remedy,
            evidence=found.link,
        )
