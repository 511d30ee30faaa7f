"""Comparisons that are not in the log: counted by seam, and kept where everybody can read them.

Matches that found a buffer full are dropped, and calls of deferred seams that found the queue full. A comparison
that cannot be written, and a difference beyond all bounds, is set aside: that is a fault, and named in an event of its
own.
"""

import threading
from collections import Counter
from contextlib import suppress
from typing import Final

import structlog

from migration_harness.database import connection
from migration_harness.faults import alarm
from migration_harness.isolation import read_committed

_ADD: Final = """
INSERT INTO migration_harness_droppedcomparisons AS t (seam, day, dropped)
VALUES (%s, (clock_timestamp() AT TIME ZONE 'UTC')::date, %s)
ON CONFLICT (seam, day) DO UPDATE SET dropped = t.dropped + excluded.dropped
"""
_ADD_SET_ASIDE: Final = """
INSERT INTO migration_harness_droppedcomparisons AS t (seam, day, dropped, set_aside)
VALUES (%s, (clock_timestamp() AT TIME ZONE 'UTC')::date, 0, %s)
ON CONFLICT (seam, day) DO UPDATE SET set_aside = t.set_aside + excluded.set_aside
"""

log = structlog.get_logger("harness")


class Drops:
    """What one process has not logged. ``total`` is all it dropped, also what is written already."""

    def __init__(self) -> None:
        self.total = 0
        self.set_aside_total = 0
        self._unwritten: Counter[str] = Counter()
        self._set_aside: Counter[str] = Counter()
        self._unsaid: Counter[tuple[str, str]] = Counter()
        # Taken again where a signal's handler ends the process while somebody counts.
        self._counting = threading.RLock()

    def __bool__(self) -> bool:
        """Whether anything waits to be written."""
        return bool(+self._unwritten or +self._set_aside)

    def count(self, seam: str, dropped: int = 1) -> None:
        """Count matches that are dropped, or calls that were to be compared later."""
        with self._counting:
            self.total += dropped
            self._unwritten[seam] += dropped

    def set_aside(self, seam: str, reason: str) -> None:
        """Count a comparison that is set aside; ``reason`` is the class of an error, or a few words."""
        with self._counting:
            self.set_aside_total += 1
            self._set_aside[seam] += 1
            self._unsaid[seam, reason] += 1

    def say(self) -> None:
        """Log what was set aside since the last time: one event for each seam and reason."""
        with self._counting:
            unsaid, self._unsaid = self._unsaid, Counter()
        for (seam, reason), count in sorted(unsaid.items()):
            alarm("harness.comparison_set_aside", seam=seam, reason=reason, count=count)

    def write(self) -> None:
        """Add what is not written yet to the table; raises what the database raises, and then keeps it."""
        if dropped := self._write(self._unwritten, _ADD):
            # A log that fails is no fault of the writing.
            with suppress(Exception):
                log.warning("harness.comparisons_dropped", dropped=dropped)
        self._write(self._set_aside, _ADD_SET_ASIDE)

    def _write(self, counts: Counter[str], statement: str) -> dict[str, int]:
        with self._counting:
            taken = dict(+counts)
        if taken:
            with read_committed(), connection.cursor() as cursor:
                # In one order: processes that write at the same time must not wait for each other in a circle.
                cursor.executemany(statement, sorted(taken.items()))
            with self._counting:
                counts.subtract(taken)
        return taken
