"""What one process has seen and not written yet: a few errors, each with how often; however many there are."""

import threading
from dataclasses import dataclass
from typing import Final, NamedTuple

from migration_harness.deciding.clock import boot_ns

MOST: Final = 200
"""Errors that are told apart, of one day and in one process; the rest are counted together."""


class Named(NamedTuple):
    """An error as it is told from others."""

    event: str
    logger: str


OTHERS: Final = Named("others", "")
"""Those beyond what is told apart."""


@dataclass(slots=True, kw_only=True)
class Seen:
    """How often an error came, and when, by this machine's boot clock: nobody can set it."""

    level: str
    sample: str
    times: int
    first_ns: int
    last_ns: int

    def add(self, other: "Seen") -> None:
        """Add what was seen of the same error; what came last is the sample."""
        if other.last_ns >= self.last_ns:
            self.level, self.sample = other.level, other.sample
        self.times += other.times
        self.first_ns, self.last_ns = min(self.first_ns, other.first_ns), max(self.last_ns, other.last_ns)


class Counts:
    """Errors of one process that wait to be written."""

    def __init__(self) -> None:
        self._seen: dict[Named, Seen] = {}
        self._lost = 0
        # Taken again where a signal's handler logs an error while somebody counts one.
        self._counting = threading.RLock()

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._seen) or self._lost > 0

    def count(self, named: Named, *, level: str, sample: str) -> None:
        """Count an error that came now."""
        now = boot_ns()
        self._add(named, Seen(level=level, sample=sample, times=1, first_ns=now, last_ns=now))

    def lose(self, times: int = 1) -> None:
        """Count errors of which nothing can be kept: a period that has one is unknown."""
        with self._counting:
            self._lost += times

    def take(self) -> tuple[dict[Named, Seen], int]:
        """Return all that waits, and how many were lost; they wait no longer."""
        with self._counting:
            taken = self._seen, self._lost
            self._seen, self._lost = {}, 0
        return taken

    def give_back(self, seen: dict[Named, Seen], lost: int) -> None:
        """Let errors wait again that could not be written."""
        for named, each in seen.items():
            self._add(named, each)
        self.lose(lost)

    def _add(self, named: Named, seen: Seen) -> None:
        with self._counting:
            if named not in self._seen and len(self._seen) >= MOST:
                named = OTHERS
            if (known := self._seen.get(named)) is None:
                self._seen[named] = seen
            else:
                known.add(seen)
