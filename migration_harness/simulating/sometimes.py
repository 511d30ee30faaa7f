"""States that a simulation must reach now and then: one that never reaches them proves nothing about them."""

from collections import Counter
from typing import Final

STATES: Final = (
    "a lease ran out while its process charged",
    "a flip came while a process forked",
    "two flips came within one renewal",
    "a notice came after the lease had run out",
    "a notice was lost, and the renewal told of the flip",
    "a notice brought the flag, and nothing was loaded",
    "a flip waited for a charge",
    "a charge waited for a flip",
    "a charge was decided again, by newer flags",
    "the answer to a commit was lost",
    "a process was killed while it charged",
    "a process was killed while it flipped",
    "a flip ended who held it up",
    "two flips of one flag met",
    "the database's clock was set while a rollback waited",
    "a process began between a flip and its proof",
    "a rollback was proven with a process fenced",
    "a rollback was proven while a process was cut off",
    "a process that was taken for over renewed its lease",
    "the database restarted during a flip",
    "a unit of work kept to the flags it began with",
    "a rollback reached a unit of work that had begun on the candidate",
)


class Sometimes:
    """Counts how often each state was reached."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def reached(self, state: str, holds: object) -> None:
        """Count a state where it holds. Raises KeyError for one that nobody waits for."""
        if state not in STATES:
            raise KeyError(state)
        if holds:
            self.counts[state] += 1

    @property
    def never(self) -> list[str]:
        """The states that were not reached."""
        return [state for state in STATES if not self.counts[state]]
