"""No legacy code answered anybody for some days, with evidence for each of them."""

from typing import Final

from migration_harness import queries
from migration_harness.evidence.findings import Answer
from migration_harness.plan import GateName
from migration_harness.rollout.gates.gate import GateAnswer, GateQuestion
from migration_harness.rollout.pages import page

_REMEDY: Final = {
    Answer.CLOSED: "take what it names off its callers, then wait: python manage.py harness legacy executed",
    Answer.UNKNOWN: "let every process report for all of these days: python manage.py harness legacy executed",
    Answer.OPEN: "",
}


class LegacyUnused:
    """Every tombstone is silent, and somebody would have told of one that is not."""

    name = GateName.LEGACY_UNUSED.value
    words = "Legacy code was not executed for some days"

    def answer(self, question: GateQuestion) -> GateAnswer:
        """Name the last execution for an answer, with its caller; or what is lost, which is never taken for dead.

        What a person declares of other programs opens it, and is told as that.
        """
        found = queries.unused(days=question.phase.quiet_days, now=question.now)
        return GateAnswer.of(found, remedy=_REMEDY[found.answer], evidence=page("legacy"))
