"""Has a worker look at calls that wait, without waiting for the broker: where that hangs, beat comes soon."""

from typing import Final

from migration_harness.waking import Waking

TASK: Final = "migration_harness.deferred"
QUEUE: Final = "deferred"

_waking = Waking(TASK, queue=QUEUE)
wake = _waking.wake
