"""Has a worker deliver what was just put down, where anybody is to be told."""

from typing import Final

from migration_harness.rollout.notices.receivers import receivers
from migration_harness.waking import Waking

TASK: Final = "migration_harness.deliver_notices"

waking = Waking(TASK, wanted=lambda: receivers().addresses)
wake = waking.wake
