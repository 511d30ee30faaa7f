"""Stops a seam's comparing while the side that does not answer fails again and again; never its answering."""

from typing import Final

FAILURES_TO_OPEN: Final = 10
"""Failures in a row after which nothing is compared for a while."""
FIRST_PAUSE_SECONDS: Final = 30.0
LONGEST_PAUSE_SECONDS: Final = 600.0


class Breaker:
    """One seam's, in one process. After a pause one call is compared as a probe: it closes, or a longer pause begins.

    Clocks are the caller's: ``now_seconds`` of any clock that only goes forward.

    Attributes:
        failures: In a row, up to now.
        reason: Why the last one failed.
        is_open: Nothing is compared but probes.
    """

    __slots__ = ("_pause_seconds", "_probe_at_seconds", "failures", "is_open", "reason")

    def __init__(self) -> None:
        self.failures = 0
        self.reason = ""
        self.is_open = False
        self._pause_seconds = FIRST_PAUSE_SECONDS
        self._probe_at_seconds = 0.0

    def permits(self, *, now_seconds: float) -> bool:
        """Tell whether this call may be compared. A probe is given to one call, and the next one waits."""
        if not self.is_open:
            return True
        if now_seconds < self._probe_at_seconds:
            return False
        self._probe_at_seconds = now_seconds + self._pause_seconds
        return True

    def failed(self, *, reason: str, now_seconds: float) -> bool:
        """Count a failure; returns whether the breaker has opened by it."""
        self.failures += 1
        self.reason = reason
        if self.is_open:
            self._pause_seconds = min(2 * self._pause_seconds, LONGEST_PAUSE_SECONDS)
        elif self.failures < FAILURES_TO_OPEN:
            return False
        opened, self.is_open = not self.is_open, True
        self._probe_at_seconds = now_seconds + self._pause_seconds
        return opened

    def passed(self) -> bool:
        """Begin to count anew; returns whether the breaker has closed by it."""
        closed, self.is_open = self.is_open, False
        self.failures, self.reason, self._pause_seconds = 0, "", FIRST_PAUSE_SECONDS
        return closed
