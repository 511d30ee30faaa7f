"""What was called is called still while a rollout runs."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from migration_harness import queries
from migration_harness.queries import Heard, Hearing
from migration_harness.rollout.guards.guard import GuardAnswer, Reading, Watched

_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """The seams of a flag, and the expected strata of their calls.

    What fell silent since the step began may be the step's doing, and rolls back. What was silent before it no rollback
    brings back: a rollout holds.
    """

    name: str = "silence"

    def read(self, watched: Watched) -> GuardAnswer:
        """Say whether any of them fell silent."""
        found = [each for each in queries.heard(now=watched.now) if each.flow.flag == watched.flag]
        silent = queries.silent(found)
        called = sum(each.hearing is Hearing.CALLED for each in found)
        numbers = {"silent": str(len(silent)), "called": str(called)}
        if silent:
            first = max(silent, key=lambda each: _fell_since(each, watched))
            reading = Reading.BROKEN if _fell_since(first, watched) else Reading.NO_DATA
            return GuardAnswer(guard=self.name, reading=reading, sentence=first.sentence, numbers=numbers)
        if not called:
            told = "No call of the flag's seams is counted, so nobody knows whether any fell silent."
            return GuardAnswer(guard=self.name, reading=Reading.NO_DATA, sentence=told, numbers=numbers)
        told = "Every seam and expected stratum is called as before."
        return GuardAnswer(guard=self.name, reading=Reading.HOLDS, sentence=told, numbers=numbers)


def _fell_since(found: Heard, watched: Watched) -> bool:
    return found.last_at is not None and found.last_at + _MINUTE >= watched.since
