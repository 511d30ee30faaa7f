"""A process that compares as fast as comparisons can be written: ``python -m tests.race.log.comparer make COUNT NAME``.

It prints its resident memory in kilobytes after a tenth of its calls and after the last one. ``status`` prints the
contract of ``harness status --json`` of a process that has the seam.
"""

import json
import sys
import time

import django

django.setup()

import psutil  # noqa: E402  After the set-up.

from migration_harness import queries  # noqa: E402
from migration_harness.api import ExecutionPath, Seam, unit_of_work  # noqa: E402
from migration_harness.deciding.stages import Stage  # noqa: E402
from migration_harness.log import recorder  # noqa: E402
from migration_harness.rollout.standing import gates_by_phase  # noqa: E402
from migration_harness.shutdown import leave  # noqa: E402
from migration_harness.testing import fixed_flags, flag_at  # noqa: E402

FLAG = SEAM = "million"
ACCOUNTS = 500
FULL_ENOUGH = recorder.CAPACITY // 2


def control(*, account: str, number: int) -> int:
    """Return a price."""
    return number % 50


def candidate(*, account: str, number: int) -> int:
    """Return the same price, but for every tenth call."""
    return number % 50 + (number % 10 == 0)


compared = Seam(
    name=SEAM,
    flag=FLAG,
    control=control,
    candidate=candidate,
    subject=lambda *, account, **_: account,
    group_by=lambda *, number, **_: (f"operation {number % 7}",),
    measure="credits",
    pure=True,
)


def make(count: int) -> None:
    """Compare so many times, and wait where the buffer is half full."""
    for number in range(count):
        if number == count // 10:
            print(_resident_kb(), flush=True)  # noqa: T201  For the test.
        while len(recorder.buffer._rows) >= FULL_ENOUGH:
            time.sleep(0.01)
        compared(account=f"account {number % ACCOUNTS}", number=number)
    recorder.buffer.flush()
    print(_resident_kb(), flush=True)  # noqa: T201  For the test.


def _resident_kb() -> int:
    return psutil.Process().memory_info().rss // 1024


if __name__ == "__main__":
    if sys.argv[1] == "status":
        print(json.dumps(queries.status(gates=gates_by_phase())))  # noqa: T201  For the test.
        sys.exit(0)
    with fixed_flags(flag_at(FLAG, Stage.SHADOW)), unit_of_work(execution_path=ExecutionPath.DIRECT, run=sys.argv[3]):
        make(int(sys.argv[2]))
    leave()
