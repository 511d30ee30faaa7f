"""A clock that no one can set and that goes on while the machine sleeps."""

import time
from typing import Final

NANOSECONDS: Final = 1_000_000_000

_CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def boot_ns() -> int:
    """Return nanoseconds since the machine was started, its sleep included (on Linux)."""
    return time.clock_gettime_ns(_CLOCK)
