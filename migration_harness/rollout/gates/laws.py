"""No recorded operation breaks a law."""

from dataclasses import replace

from migration_harness import queries
from migration_harness.conf import recorded_bps
from migration_harness.evidence.findings import Answer
from migration_harness.operations.declaring import operations
from migration_harness.plan import GateName
from migration_harness.rollout.gates.gate import GateAnswer, GateQuestion
from migration_harness.rollout.pages import page
from migration_harness.wording import counted


class LawsHold:
    """No broken law waits for a person, and of each kind that must obey one some were recorded lately."""

    name = GateName.LAWS.value
    words = "No recorded operation breaks a law"

    def answer(self, question: GateQuestion) -> GateAnswer:
        """Name the first law that is broken, or the kinds of which nobody knows."""
        if broken := queries.unlawful(question.facts.open_discrepancies):
            first = broken[0]
            return GateAnswer(
                answer=Answer.CLOSED,
                sentence=(
                    f"{counted(len(broken), 'broken law')} {'waits' if len(broken) == 1 else 'wait'} for a review: "
                    f"{', '.join(first.group)} by {first.seam} ({first.signature})."
                ),
                remedy=f"python manage.py harness discrepancies show {first.signature}",
                evidence=page("discrepancy", first.signature),
            )
        return replace(_known(question), evidence=page("phase", question.phase.number, part="operations"))


def _known(question: GateQuestion) -> GateAnswer:
    if not operations().laws or not recorded_bps():
        return GateAnswer(
            answer=Answer.UNKNOWN,
            sentence="Nobody looks: no law is declared, or no operation is recorded.",
            remedy='Declare laws in HARNESS["OPERATIONS"], and set HARNESS["RECORDED_BPS"] above 0.',
        )
    kinds = question.facts.kinds_recorded
    if missing := [each.kind for each in kinds if not each.recorded]:
        return GateAnswer(
            answer=Answer.UNKNOWN,
            sentence=f"In {queries.RECORDED_DAYS} days no operation was recorded of: {', '.join(missing)}.",
            remedy="Let the service run, or do one of each by hand; python manage.py harness operations laws",
        )
    recorded = sum(each.recorded for each in kinds)
    told = f"{counted(recorded, 'operation')} {'was' if recorded == 1 else 'were'} recorded"
    sentence = f"Every law holds: {told} in {queries.RECORDED_DAYS} days."
    return GateAnswer(answer=Answer.OPEN, sentence=sentence)
