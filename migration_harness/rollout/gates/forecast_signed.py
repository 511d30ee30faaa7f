"""The forecast of the money is signed off by a person, and nothing that it rests on has changed since."""

from migration_harness.evidence.findings import Answer
from migration_harness.money.forecast.sign_off import forecast_signed_off
from migration_harness.plan import GateName
from migration_harness.rollout.gates.gate import GateAnswer, GateQuestion
from migration_harness.rollout.pages import page

_REMEDY = "python manage.py harness forecast --sign-off --reason WHY --yes --as USERNAME"


class ForecastSigned:
    """A signature holds for the flags that need a forecast."""

    name = GateName.FORECAST.value
    words = "The forecast is signed off by a person"

    def answer(self, question: GateQuestion) -> GateAnswer:  # noqa: ARG002  Every gate takes the question.
        """Answer by the newest signature."""
        found = forecast_signed_off()
        return GateAnswer(
            answer=found.answer,
            sentence=found.sentence,
            remedy="" if found.answer is Answer.OPEN else _REMEDY,
            evidence=page("forecast"),
        )
