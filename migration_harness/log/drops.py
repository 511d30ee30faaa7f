"""Matches that found a buffer full: counted by seam, and kept where everybody can read them."""

import threading
from collections import Counter
from typing import Final

import structlog
from django.db import connection, transaction

_ADD: Final = """
INSERT INTO migration_harness_droppedcomparisons AS t (seam, day, dropped)
VALUES (%s, (clock_timestamp() AT TIME ZONE 'UTC')::date, %s)
ON CONFLICT (seam, day) DO UPDATE SET dropped = t.dropped + excluded.dropped
"""

log = structlog.get_logger("harness")


class Drops:
    """What one process has dropped. ``total`` is all of it, also what is written already."""

    def __init__(self) -> None:
        self.total = 0
        self._unwritten: Counter[str] = Counter()
        self._counting = threading.Lock()

    def count(self, seam: str) -> None:
        """Count one."""
        with self._counting:
            self.total += 1
            self._unwritten[seam] += 1

    def write(self) -> None:
        """Add what is not written yet to the table; raises what the database raises, and then keeps it."""
        if not self._unwritten:
            return
        with self._counting:
            counts, self._unwritten = self._unwritten, Counter()
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                # In one order: processes that write at the same time must not wait for each other in a circle.
                cursor.executemany(_ADD, sorted(counts.items()))
        except BaseException:
            with self._counting:
                self._unwritten.update(counts)
            raise
        log.warning("harness.comparisons_dropped", dropped=dict(counts))
