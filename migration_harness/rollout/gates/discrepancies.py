"""No discrepancy of the phase's seams waits for a person."""

from migration_harness import queries
from migration_harness.evidence.findings import Answer
from migration_harness.plan import GateName
from migration_harness.rollout.gates.gate import GateAnswer, GateQuestion
from migration_harness.rollout.pages import page


class Discrepancies:
    """Everything that differed was looked at by somebody, and is not open or open again."""

    name = GateName.DISCREPANCIES.value
    words = "No discrepancy is open"

    def answer(self, question: GateQuestion) -> GateAnswer:
        """Name the first open one."""
        seams = {seam for flag in question.phase.flags for seam in flag.seams}
        found = [each for each in question.facts.open_discrepancies if each.seam in seams]
        reading = {name for name in seams if queries.seam_named(name) is not None}
        if not found and reading and reading <= question.facts.never_compared:
            return GateAnswer(
                answer=Answer.UNKNOWN,
                sentence="Nothing of this phase was ever compared, so nothing could differ.",
                remedy="python manage.py harness evidence",
                evidence=page("discrepancies"),
            )
        if not found:
            return GateAnswer(answer=Answer.OPEN, sentence="No discrepancy is open.", evidence=page("discrepancies"))
        first = found[0]
        return GateAnswer(
            answer=Answer.CLOSED,
            sentence=f"{_counted(len(found))} open: {first.signature} of {first.seam}.",
            remedy=f"python manage.py harness discrepancies show {first.signature}",
            evidence=page("discrepancy", first.signature),
        )


def _counted(found: int) -> str:
    return "1 discrepancy is" if found == 1 else f"{found:,} discrepancies are"
