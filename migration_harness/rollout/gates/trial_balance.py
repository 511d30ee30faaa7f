"""Every invariant of the ledger, of its evidence and of the trail holds."""

from migration_harness.plan import GateName
from migration_harness.rollout.gates.gate import GateAnswer, GateQuestion
from migration_harness.rollout.pages import page


class Balanced:
    """The standing trial balance is true, and was looked at a moment ago."""

    name = GateName.TRIAL_BALANCE.value
    words = "Every invariant of the ledger holds"

    def answer(self, question: GateQuestion) -> GateAnswer:
        """Answer by the last check."""
        return GateAnswer.of(
            question.facts.books, remedy="python manage.py harness trial-balance", evidence=page("trial-balance")
        )
