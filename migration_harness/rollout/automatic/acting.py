"""Rolls back what is due, each flag once, and tells people of it."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog

from migration_harness.authority.actors import HARNESS
from migration_harness.control import rollback
from migration_harness.exceptions import ProofMissing, StalePreview
from migration_harness.faults import alarm
from migration_harness.rollout.automatic.due import Due, due
from migration_harness.rollout.notices.rolled_back import tell_at_once, way_forward
from migration_harness.trail.aside import tell_aside

FIRST_PAUSE_SECONDS: Final = 1.0
"""After a rollback that was refused or held up; twice as long after each further one."""
LONGEST_PAUSE_SECONDS: Final = 60.0

log = structlog.get_logger("harness")


class Acting:
    """Rolls back what is due. It remembers what was refused, so as not to ask for it without a pause.

    ``clock``: seconds of any clock that only goes forward.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._refused: dict[tuple[str, int], tuple[float, float]] = {}
        """By flag and epoch: when it may be tried again, by the clock, and the pause before that."""

    def roll_back_due(self, *, now: datetime) -> tuple[str, ...]:
        """Roll back the flags that are to be; returns those that this call has rolled back. Raises DatabaseError."""
        found = due(now=now)
        self._refused = {key: pause for key, pause in self._refused.items() if key in {_key(each) for each in found}}
        return tuple(each.flag for each in found if self._may_be_tried(each) and self._try(each))

    def _may_be_tried(self, found: Due) -> bool:
        return self._clock() >= self._refused.get(_key(found), (0.0, 0.0))[0]

    def _try(self, found: Due) -> bool:
        try:
            return roll_back_by_itself(found)
        except Exception as error:  # noqa: BLE001  Of one flag: the others are rolled back, and this one tried again.
            _, before = self._refused.get(_key(found), (0.0, FIRST_PAUSE_SECONDS / 2))
            pause = min(2 * before, LONGEST_PAUSE_SECONDS)
            self._refused[_key(found)] = (self._clock() + pause, pause)
            why = f"{type(error).__name__}: {error}"
            tell_aside(lambda: alarm("harness.rollback_by_itself_failed", flag=found.flag, seam=found.seam, why=why))
            return False


def roll_back_by_itself(found: Due) -> bool:
    """Roll back one flag and wait for the proof; False where another process did, or somebody has changed it since.

    Raises what a rollback raises.
    """
    try:
        proven = rollback.roll_back(
            names=[found.flag],
            actor=HARNESS,
            reason=found.sentence,
            # Who stood still meanwhile must not undo what a person did then.
            seen={found.flag: found.epoch},
            evidence=found.evidence,
        )
    except StalePreview:
        return False
    except ProofMissing as error:
        _tell(found, str(error))
        return True
    _tell(found, proven.sentence)
    return True


def _tell(found: Due, proof: str) -> None:
    """Tell of a rollback that has committed, in the log and by a notice. Raises nothing."""
    forward = way_forward(found.flag)
    tell_aside(lambda: log.warning("harness.rolled_back_by_itself", **found.evidence, proof=proof, way_forward=forward))
    try:
        tell_at_once(flag=found.flag, proof=proof)
    except Exception as error:  # noqa: BLE001  It is found on the trail, and told later: Note [Found on the trail].
        kind = type(error).__name__
        tell_aside(lambda: alarm("harness.notice_delayed", flag=found.flag, error=kind))


def _key(found: Due) -> tuple[str, int]:
    return found.flag, found.epoch
