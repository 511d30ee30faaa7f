"""The stores of the phase are reconciled: nothing has drifted, and both have the same."""

from migration_harness import queries
from migration_harness.evidence.findings import Answer
from migration_harness.exceptions import NoStorePair
from migration_harness.plan import GateName
from migration_harness.rollout.gates.facts import Facts
from migration_harness.rollout.gates.gate import GateAnswer, GateQuestion
from migration_harness.rollout.pages import page
from migration_harness.wording import counted


class StoresReconciled:
    """No write has reached one store only, and the fingerprints of all values are equal in both."""

    name = GateName.STORES.value
    words = "The stores are reconciled"

    def answer(self, question: GateQuestion) -> GateAnswer:
        """Count what has drifted, and compare the stores of each flag."""
        flags = [flag.name for flag in question.phase.flags if flag.has_store]
        if not flags:
            return GateAnswer(
                answer=Answer.UNKNOWN,
                sentence="No flag of this phase has a store.",
                evidence=page("phase", question.phase.number),
            )
        drifted = [each for each in queries.drift_statuses() if each.flag in flags and each.open]
        if drifted:
            first = drifted[0]
            return GateAnswer(
                answer=Answer.CLOSED,
                sentence=f"{counted(first.open, 'key')} of {first.seam} reached one store only.",
                remedy="python manage.py harness reconcile",
                evidence=page("seams", part="drift"),
            )
        return _compared(flags, question.facts)


def _compared(flags: list[str], facts: Facts) -> GateAnswer:
    for flag in flags:
        try:
            is_equal = facts.stores_equal(flag)
        except NoStorePair as error:
            return GateAnswer(answer=Answer.UNKNOWN, sentence=str(error), evidence=page("flag", flag))
        if not is_equal:
            return GateAnswer(
                answer=Answer.CLOSED,
                sentence=f"The two stores of {flag} do not have the same.",
                remedy=f"python manage.py harness backfill {flag}",
                evidence=page("flag", flag),
            )
    return GateAnswer(
        answer=Answer.OPEN,
        sentence="Nothing has drifted, and both stores have the same.",
        evidence=page("seams", part="drift"),
    )
