"""Operations that wait to be shadowed: the recordings themselves, and a task that is told that there are some.

So nothing of it hangs on the broker. Whoever is recorded leaves a row, and a thread tells; where nobody hears it, beat
comes in some seconds, and what has waited for too long is skipped and counted.
"""

from typing import Final

from migration_harness.waking import Waking

TASK: Final = "migration_harness.shadow"
QUEUE: Final = "shadow"

wake: Final = Waking(TASK, queue=QUEUE).wake
