"""The candidate is not slower than the control allows."""

from datetime import UTC, datetime
from typing import Final

from migration_harness import queries
from migration_harness.evidence.findings import Answer, Finding, together
from migration_harness.plan import GateName
from migration_harness.rollout.gates.gate import GateAnswer, GateQuestion
from migration_harness.rollout.guards.guard import Reading, Watched
from migration_harness.rollout.guards.latency import Latency
from migration_harness.rollout.pages import page

_ANSWERS: Final = {Reading.HOLDS: Answer.OPEN, Reading.BROKEN: Answer.CLOSED, Reading.NO_DATA: Answer.UNKNOWN}
_EVER: Final = datetime(2000, 1, 1, tzinfo=UTC)


class QuickEnough:
    """What the guard of a rollout allows holds for every seam of the phase, since its flag last changed."""

    name = GateName.LATENCY.value
    words = "The candidate is not slower than the control allows"

    def answer(self, question: GateQuestion) -> GateAnswer:
        """Read the guard for each flag that compares: one that is complete for everyone does not."""
        found = {}
        over = {name for name, flag in question.facts.flags.items() if flag.is_complete}
        for flag in question.phase.flags:
            if flag.name not in over and any(queries.seam_named(name) for name in flag.seams):
                read = Latency().read(Watched(flag=flag.name, since=_EVER, now=question.now))
                found[flag.name] = Finding(answer=_ANSWERS[read.reading], sentence=read.sentence)
        answer = together(
            found, every="No candidate is slower than its control allows.", nothing="No seam of this phase compares."
        )
        return GateAnswer.of(answer, remedy="python manage.py harness evidence", evidence=page("evidence"))
