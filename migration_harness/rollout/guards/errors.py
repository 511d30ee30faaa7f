"""The log has no error that it did not have before."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from migration_harness.evidence.quiet import LoggedError, Told
from migration_harness.rollout.guards.guard import GuardAnswer, Reading, Watched
from migration_harness.wording import counted

_FRESH: Final = timedelta(minutes=5)
"""How long ago somebody has to have told last that there are no errors."""
_NAMED: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Errors of the service's log since the step began, of a kind that it did not have in the ``days`` before.

    A service has errors that have nothing to do with the step, and they go on; what is new came with it, or at the same
    time, and that is reason enough to look before more accounts follow.
    """

    told: Callable[..., Told]
    name: str = "errors"
    days: int = 7

    def read(self, watched: Watched) -> GuardAnswer:
        """Say whether there is a new kind of error."""
        found = self.told(since=watched.since - timedelta(days=self.days), now=watched.now)
        known = {_kind(each) for each in found.errors if each.first_at < watched.since}
        new = sorted({_kind(each) for each in found.errors if each.last_at >= watched.since} - known)
        if new:
            return GuardAnswer(
                guard=self.name,
                reading=Reading.BROKEN,
                sentence=(
                    f"{counted(len(new), 'error')} of a new kind {'was' if len(new) == 1 else 'were'} logged since the "
                    f"step began: {', '.join(event for event, _ in new[:_NAMED])}{' …' if len(new) > _NAMED else ''}."
                ),
                numbers={"new": str(len(new)), "known": str(len(known))},
            )
        if not any(each.end >= watched.now - _FRESH for each in found.covered):
            return GuardAnswer(
                guard=self.name, reading=Reading.NO_DATA, sentence="Nobody has told of errors in the last 5 minutes."
            )
        return GuardAnswer(
            guard=self.name,
            reading=Reading.HOLDS,
            sentence="No error of a new kind was logged since the step began.",
            numbers={"new": "0", "known": str(len(known))},
        )


def _kind(error: LoggedError) -> tuple[str, str]:
    return error.event, error.logger
