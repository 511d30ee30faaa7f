"""Nothing fell silent: a caller that no longer asks a seam must not look like agreement."""

from migration_harness import queries
from migration_harness.evidence.findings import Answer
from migration_harness.plan import GateName
from migration_harness.queries import Hearing
from migration_harness.rollout.gates.gate import GateAnswer, GateQuestion
from migration_harness.rollout.pages import page
from migration_harness.wording import counted


class NothingSilent:
    """Every seam of the phase, and every expected stratum of them, that was called is called still."""

    name = GateName.SILENCE.value
    words = "Nothing that was called fell silent"

    def answer(self, question: GateQuestion) -> GateAnswer:
        """Name the first that fell silent. A phase of which no call is counted is one of which nobody knows."""
        flags = {flag.name for flag in question.phase.flags}
        found = [each for each in question.facts.heard if each.flow.flag in flags]
        if silent := queries.silent(found):
            more = f" ({len(silent) - 1:,} more are silent)" if len(silent) > 1 else ""
            return GateAnswer(
                answer=Answer.CLOSED,
                sentence=f"{silent[0].sentence}{more}",
                remedy=(
                    "See that the caller asks the seam again, or take what is not called any more out of the plan; "
                    "python manage.py harness status"
                ),
                evidence=page("evidence"),
            )
        called = [each for each in found if each.hearing is Hearing.CALLED]
        if not called:
            return GateAnswer(
                answer=Answer.UNKNOWN,
                sentence="No call of this phase's seams is counted: none was made lately, or one side answers alone.",
                remedy="python manage.py harness evidence",
                evidence=page("evidence"),
            )
        return GateAnswer(
            answer=Answer.OPEN,
            sentence=f"{counted(len(called), 'seam or stratum', 'seams and strata')} are called as before.",
            evidence=page("evidence"),
        )
