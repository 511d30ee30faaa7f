"""No operation breaks a law while a rollout runs."""

from dataclasses import dataclass

from migration_harness import queries
from migration_harness.rollout.guards.guard import GuardAnswer, Reading, Watched
from migration_harness.wording import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Laws:
    """The laws of the host, on the operations that were recorded since the step began, whichever side answered."""

    name: str = "laws"

    def read(self, watched: Watched) -> GuardAnswer:
        """Say whether each of them obeys every law."""
        kinds = queries.kinds_recorded(since=watched.since)
        recorded, broken = (sum(getattr(each, what) for each in kinds) for what in ("recorded", "broken"))
        numbers = {"recorded": str(recorded), "broken": str(broken)}
        if broken:
            where = ", ".join(each.kind for each in kinds if each.broken)
            told = f"{broken:,} of {counted(recorded, 'recorded operation')} broke a law: {where}."
            return GuardAnswer(guard=self.name, reading=Reading.BROKEN, sentence=told, numbers=numbers)
        if not recorded:
            told = "No operation was recorded since the step began."
            return GuardAnswer(guard=self.name, reading=Reading.NO_DATA, sentence=told, numbers=numbers)
        told = f"None of {counted(recorded, 'recorded operation')} broke a law."
        return GuardAnswer(guard=self.name, reading=Reading.HOLDS, sentence=told, numbers=numbers)
