"""Flags that belong together: what a rollback takes along.

Note [The required one first]: an account is in the cohort of a flag only where it is in that of every flag which this
one requires. So the rollback of one flag takes the candidate from those that require it with the same flip, and no
moment exists in which they show what it does not charge. Their own rollbacks come after it: none of them, held up or
refused, can delay the one that was asked for, and where the process dies in between, the same command makes the rest.
What they add is the way forward: without them the return of one flag would bring the others back unasked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from migration_harness.deciding.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """A flag that has somebody in its cohort by its own fields, and which of some flags it requires for that."""

    flag: str
    requires: tuple[str, ...]

    @property
    def told(self) -> dict[str, Any]:
        """The same for scripts."""
        return {"flag": self.flag, "requires": list(self.requires)}


def belonging(snapshot: Snapshot, names: Iterable[str]) -> list[Belonging]:
    """Return the flags that require some of these, directly or not, each after those that it requires itself.

    One that includes nobody stays out: there is nothing to take from anybody, nor to bring back.
    """
    asked = list(names)
    found = [
        Belonging(flag=each, requires=tuple(name for name in asked if name in snapshot.with_required([each])))
        for each in required_first(snapshot, snapshot.flags.keys() - set(asked))
        if snapshot.flags[each].unanimous is not False and not snapshot.flags[each].retired
    ]
    return [each for each in found if each.requires]


def required_first(snapshot: Snapshot, names: Iterable[str]) -> list[str]:
    """Return these flags in an order in which each comes after those that it requires."""
    # Whoever requires another requires all that this one does, and it.
    return sorted(names, key=lambda name: (len(snapshot.required_first(name)), name))
