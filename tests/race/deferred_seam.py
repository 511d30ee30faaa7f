"""A deferred seam whose candidate takes its time; the same in the test and in the workers beside it."""

import time

from migration_harness.deciding.registry import seams
from migration_harness.seams.seam import Seam

NAME = "race.deferred"
CANDIDATE_SECONDS = 0.1


def control(*, account: str, number: int) -> int:
    return number * 2


def candidate(*, account: str, number: int) -> int:
    time.sleep(CANDIDATE_SECONDS)
    return number + number


seam = Seam(
    name=NAME,
    flag="race",
    control=control,
    candidate=candidate,
    subject=lambda *, account, **_: account,
    group_by=lambda *, number, **_: (str(number),),
    deferred=True,
)
# Declared by the import, so that it is one revision whoever imports it. The registry of a test is another matter.
seams._by_name.pop(NAME)
