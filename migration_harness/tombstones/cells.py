"""How often an entry was executed in this process, told apart by what for and by the way in.

Note [Counts only rise]: a cell is never emptied, so nobody who counts waits for whoever writes, and no count falls
between two of them. What is to be written is the difference to what was. On a Python without a global lock a count may
be too low where two threads count at once; it is never nothing.

Note [First of a period]: who called is looked at once for each cell and period, a period being the time between two
writings. What one period counts is told with that caller. So each caller that comes often is found, and one that comes
rarely when the others are gone: a gate has to name one of those that are left.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from migration_harness.deciding.clock import boot_ns
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.tombstones.callers import caller


class Purpose(StrEnum):
    """What an entry was executed for."""

    ANSWER = "answer"
    """Somebody got the answer, or what it wrote: the only one by which legacy code is alive."""
    SHADOW = "shadow"
    """It ran under guard, to be compared."""
    REPLAY = "replay"
    """Recorded traffic was run again."""
    HARNESS = "harness"
    """A forecast, a gate, a backup or the repair of a store asked it."""


class Look(NamedTuple):
    """Who called, and when, by this machine's boot clock."""

    caller: str
    ns: int


class Cell:
    """Executions of one entry for one purpose, on one path."""

    __slots__ = ("count", "is_unseen", "look", "path", "purpose", "written")

    def __init__(self, purpose: Purpose, path: str) -> None:
        self.purpose = purpose
        self.path = path
        self.count = 0
        self.written = 0
        self.is_unseen = True
        """Whether the next execution is the first of a period. Note [First of a period]."""
        self.look: Look | None = None

    def look_at(self) -> bool:
        """Note who calls; tells whether this is the first execution that this process sees."""
        self.is_unseen = False
        self.look = Look(caller=caller(), ns=boot_ns())
        return not self.count


def _by_path(purpose: Purpose) -> dict[str, Cell]:
    """Return a cell for each way in: a plain dictionary, whose keys are all there, is asked fastest."""
    return {path.value: Cell(purpose, path.value) for path in ExecutionPath}


class Counted:
    """All cells of one entry, by execution path."""

    __slots__ = ("answers", "direct", "name", "own", "shadows")

    def __init__(self, name: str) -> None:
        self.name = name
        self.answers = _by_path(Purpose.ANSWER)
        self.shadows = _by_path(Purpose.SHADOW)
        self.own = _by_path(Purpose.HARNESS)
        self.answers[ExecutionPath.REPLAY.value] = Cell(Purpose.REPLAY, ExecutionPath.REPLAY.value)
        self.direct = self.answers[ExecutionPath.DIRECT.value]

    def cells(self) -> list[Cell]:
        """Return every cell."""
        return [*self.answers.values(), *self.shadows.values(), *self.own.values()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """What a cell has counted since it was written last, and who called first."""

    entry: str
    cell: Cell
    times: int
    look: Look

    def written(self) -> None:
        """Note that it was written."""
        self.cell.written += self.times


_counted: list[Counted] = []
"""Of every entry that this process knows; only appended to."""


def take_in(counted: Counted) -> Counted:
    """Have an entry's cells written with the others'."""
    _counted.append(counted)
    return counted


def executed() -> Iterator[Executed]:
    """Yield what was counted and not written, and begin another period of each cell."""
    for counted in _counted:
        for cell in counted.cells():
            # First this: whoever executes it in between is looked at, now or in the next period.
            cell.is_unseen = True
            look, times = cell.look, cell.count - cell.written
            if times:
                yield Executed(entry=counted.name, cell=cell, times=times, look=look or Look(caller="", ns=boot_ns()))


def is_waiting() -> bool:
    """Tell whether anything was counted and not written."""
    return any(cell.count != cell.written for counted in _counted for cell in counted.cells())


def leave_to_the_parent() -> None:
    """Begin anew, in a forked child and between tests: what was counted so far others write."""
    for counted in _counted:
        for cell in counted.cells():
            cell.written, cell.is_unseen = cell.count, True
