"""Some days went by without an error, since the phase's flags last moved anybody."""

from migration_harness import queries
from migration_harness.plan import GateName
from migration_harness.rollout.gates.gate import GateAnswer, GateQuestion
from migration_harness.rollout.pages import page


class Quiet:
    """No error in the log for the days that the plan wants, and somebody who would have told of one in each of them."""

    name = GateName.QUIET.value
    words = "No error for some days"

    def answer(self, question: GateQuestion) -> GateAnswer:
        """Count from the last change of the phase's flags, or from when the phase began, whichever is later."""
        flags = [flag.name for flag in question.phase.flags]
        moments = [at for at in (queries.last_change(flags) if flags else None, question.entered_at) if at is not None]
        days = question.phase.quiet_days
        known = question.facts.told(days)
        found = queries.quiet(days=days, since=max(moments, default=None), now=question.now, known=known)
        return GateAnswer.of(found, remedy="python manage.py harness errors", evidence=page("errors"))
