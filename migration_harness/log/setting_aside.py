"""Finds the records that cannot be written among those that can, so that one holds up none of the others.

A batch that is refused is tried by halves. A record that is refused alone is set aside where its own values are what
the database refuses, or where others were written meanwhile. What concerns all (the database is away, a table is
missing, a lock was not given) sets nothing aside: everything is kept, in its order, for the next time.
"""

from collections.abc import Callable, Sequence
from typing import Final

import psycopg
from django.db import Error

from migration_harness.log.record import Record
from migration_harness.sqlstates import sqlstate_of

MOST_TRIES: Final = 256
"""Statements that one batch may take."""
_OF_THE_ROW: Final = ("22", "23", "54")
"""Classes of errors that say: this value. 22: data, 23: constraints, 54: limits."""
_OF_ALL: Final = ("08", "25", "28", "3D", "40", "42", "53", "55", "57", "58")
"""Classes of errors that say nothing of a row: connection, rights, schema, resources, locks, shutdown."""

Copy = Callable[[Sequence[Record]], None]


class Batch:
    """Some records being written.

    Attributes:
        set_aside: Those that cannot be written, with the class of the error.
        bare: Those that were written without their sample, with the class of the error.
    """

    def __init__(self, records: Sequence[Record]) -> None:
        self.set_aside: list[tuple[Record, str]] = []
        self.bare: list[tuple[Record, str]] = []
        self._parts: list[Sequence[Record]] = [records]
        self._refused: list[tuple[Record, Exception]] = []
        self._tries = 0
        self._wrote = False

    @property
    def left(self) -> list[Record]:
        """What is neither written nor set aside, in its order."""
        return [record for record, _ in self._refused] + [r for part in reversed(self._parts) for r in part]

    def write(self, copy: Copy) -> None:
        """Write what can be written with ``copy``, which writes all or nothing; raises what concerns all."""
        while self._parts and self._tries < MOST_TRIES:
            self._tries += 1
            try:
                copy(self._parts[-1])
            except Exception as error:
                if _concerns_all(error):
                    raise
                self._divide(self._parts.pop(), error)
            else:
                self._parts.pop()
                self._wrote = True
        self._settle()

    def _divide(self, part: Sequence[Record], error: Exception) -> None:
        if len(part) > 1:
            middle = len(part) // 2
            self._parts += [part[middle:], part[:middle]]
        elif part[0].sample is not None:
            self.bare.append((part[0], type(error).__name__))
            self._parts.append([part[0].without_sample()])
        else:
            self._refused.append((part[0], error))

    def _settle(self) -> None:
        refused, self._refused = self._refused, []
        for record, error in refused:
            if self._wrote or sqlstate_of(error)[:2] in _OF_THE_ROW or not sqlstate_of(error):
                self.set_aside.append((record, type(error).__name__))
            else:
                self._refused.append((record, error))
        if self._refused and not self.set_aside:
            raise self._refused[0][1]


def _concerns_all(error: Exception) -> bool:
    if isinstance(error, MemoryError):
        return True
    if not isinstance(error, psycopg.Error | Error):
        return False
    state = sqlstate_of(error)
    return not state or state[:2] in _OF_ALL
