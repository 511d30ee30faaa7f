"""A gate that somebody outside answers: a CI job, a finance system."""

from datetime import timedelta

from migration_harness.evidence.findings import Answer
from migration_harness.models import ExternalAnswer
from migration_harness.plan import External
from migration_harness.rollout.gates.gate import GateAnswer, GateQuestion
from migration_harness.rollout.pages import page


class AnsweredOutside:
    """Open while the newest answer says so and has not expired."""

    def __init__(self, declared: External) -> None:
        self.name = declared.name
        self.words = declared.words
        self._holds = timedelta(hours=declared.hours)

    def answer(self, question: GateQuestion) -> GateAnswer:
        """Judge the newest answer."""
        number = question.phase.number
        remedy, here = _remedy(number, self.name), page("phase", number, part=f"gate-{self.name}")
        rows = ExternalAnswer.objects.filter(phase=number, gate=self.name)
        found = rows.order_by("-id").first()
        if found is None:
            return GateAnswer(answer=Answer.UNKNOWN, sentence="Nobody has answered yet.", remedy=remedy, evidence=here)
        said = f"{_who(found)} at {found.at:%Y-%m-%d %H:%M} UTC: {found.sentence}"
        # The plan may allow less by now than when it was answered.
        until = min(found.expires_at, found.at + self._holds)
        if until <= question.now:
            return GateAnswer(
                answer=Answer.UNKNOWN,
                sentence=f"The answer expired at {until:%Y-%m-%d %H:%M} UTC. {said}",
                remedy=remedy,
                evidence=found.link or here,
            )
        return GateAnswer(
            answer=Answer.OPEN if found.is_open else Answer.CLOSED,
            sentence=said,
            remedy="" if found.is_open else remedy,
            evidence=found.link or here,
        )


def _who(found: ExternalAnswer) -> str:
    return f"{found.actor} (token {found.token})" if found.token else found.actor


def _remedy(number: int, name: str) -> str:
    return (
        f"POST /api/v1/migration/phases/{number}/gates/{name}/ with a token of "
        f"python manage.py harness token create USERNAME --name {name} --scope gate"
    )
