"""A clock that no one can set and that goes on while the machine sleeps."""

import time
from functools import partial
from typing import Final

NANOSECONDS: Final = 1_000_000_000

boot_ns: Final = partial(time.clock_gettime_ns, getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
"""Returns nanoseconds since the machine was started, its sleep included (on Linux). Every decision asks it."""
