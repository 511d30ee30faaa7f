"""Whether something that was called has fallen silent, or only pauses: from counted minutes alone.

Note [A clock of work]: time is counted in ticks, the minutes in which the service did anything that is compared or
recorded. A night, a holiday or an outage is no time, nor is a time in which nobody looked; a burst of calls is one
minute.

Note [How often a pause is taken for silence]: where its calls fall into minutes of work by chance, each minute alike,
all of them fall into the minutes before a pause with the chance ``C(of, called) / C(of + since, called)``, whatever its
rate is (Fisher's exact test). That is asked of a pause and not of a look: looking often raises nothing. What comes by
the clock (a nightly run) does not come by chance; so a pause is also compared with the longest one that came before.
"""

from dataclasses import dataclass
from datetime import datetime
from math import exp, lgamma
from typing import Final, Self

CHANCE: Final = 1e-6
"""Of a million pauses of what is still called, one at most is taken for silence."""
TIMES_THE_LONGEST: Final = 2
"""A pause is silence only where it is longer than so many times the longest one before it."""
REMEMBERED: Final = 20_000
"""Ticks after which what was before weighs half: two weeks of work around the clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """What was called, and how long it has not been.

    Attributes:
        called: Minutes in which it was called.
        of: Minutes of work from the first to the last of them.
        since: Minutes of work after it.
        longest: The most minutes of work between two of its calls.
    """

    called: int
    of: int
    since: int
    longest: int

    @property
    def chance(self) -> float:
        """The chance of such a pause where it is still called: Note [How often a pause is taken for silence]."""
        if not self.called or self.since <= 0:
            return 1.0
        return exp(
            lgamma(self.of + 1)
            - lgamma(self.of - self.called + 1)
            + lgamma(self.of + self.since - self.called + 1)
            - lgamma(self.of + self.since + 1)
        )

    @property
    def is_silence(self) -> bool:
        """Whether that is no mere pause."""
        return self.since > TIMES_THE_LONGEST * self.longest and self.chance <= CHANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """What is remembered of the calls of one thing.

    Attributes:
        called: Minutes in which it was called.
        first_tick: The tick of the first of them.
        last_tick: The tick of the last.
        last_at: The minute of the last.
        longest: The most ticks between two of them.
        epoch: The epoch of the flag from which its calls count.
    """

    called: int
    first_tick: int
    last_tick: int
    last_at: datetime
    longest: int
    epoch: int

    @classmethod
    def first(cls, *, tick: int, at: datetime, epoch: int) -> Self:
        """Return what is remembered of one that is called for the first time."""
        return cls(called=1, first_tick=tick, last_tick=tick, last_at=at, longest=0, epoch=epoch)

    def again(self, *, tick: int, at: datetime) -> "Calls":
        """Return what is remembered after a call in another minute; what is long ago weighs half from time to time."""
        called, first_tick = self.called + 1, self.first_tick
        longest = max(self.longest, tick - self.last_tick - 1)
        if tick - first_tick >= REMEMBERED:
            called, first_tick = (called + 1) // 2, tick - (tick - first_tick) // 2
            longest = max((longest + 1) // 2, tick - self.last_tick - 1)
        return Calls(
            called=called, first_tick=first_tick, last_tick=tick, last_at=at, longest=longest, epoch=self.epoch
        )

    def pause_at(self, tick: int) -> Pause:
        """Return the pause that it is in at a tick."""
        return Pause(
            called=self.called,
            of=self.last_tick - self.first_tick + 1,
            since=max(0, tick - self.last_tick),
            longest=self.longest,
        )
