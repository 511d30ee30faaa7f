"""Marks of legacy code: a decorator for functions and methods, a statement for a branch.

They stand where the code stands, and go with it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar, cast

from migration_harness.deciding import unit_of_work
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.deciding.purpose import own_doing
from migration_harness.seams.purity import active
from migration_harness.tombstones.cells import Cell, Counted, take_in
from migration_harness.tombstones.declaring import Entry, EntryKind, day_of, entries
from migration_harness.tombstones.reporter import first_seen, lose
from migration_harness.tombstones.wrapping import function_in, wrapped

P = ParamSpec("P")
R = TypeVar("R")

# Bound once: looking them up costs a call on the hot path.
_guard, _work, _own = active.get, unit_of_work.current.get, own_doing.get
_DIRECT: Final = ExecutionPath.DIRECT.value


def tombstone(*, owner: str, since: str, reason: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a legacy function or method: who executes it is counted, told apart by what for.

    It is given the function itself: below ``@staticmethod``, ``@classmethod`` and ``@property``, above all others.

    Args:
        owner: Who answers for its removal.
        since: The day on which it was marked, ``YYYY-MM-DD``.
        reason: Why it goes, and with what.
    """

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        code = function_in(function)
        counted = declare(f"{code.__module__}.{code.__qualname__}", owner=owner, since=since, reason=reason)
        marked = wrapped(
            code, counted=counted, direct=counted.direct, answers=counted.answers, aside=aside,
            look=first_of_period, lose=lose, work=_work, guard=_guard, own=_own,
        )  # fmt: skip
        return cast("Callable[P, R]", wraps(function)(marked))

    return mark


class Tombstone:
    """Marks a branch that is no function: declared at the top of its module under a name of its own, dotted.

    The first statement of the branch is ``reached(…)`` with it.
    """

    __slots__ = ("counted",)

    def __init__(self, name: str, *, owner: str, since: str, reason: str) -> None:
        self.counted = declare(name, owner=owner, since=since, reason=reason)


def reached(mark: Tombstone) -> None:
    """Count that this branch is executed; the first statement in it."""
    count(mark.counted)


def declare(name: str, *, owner: str, since: str, reason: str, kind: EntryKind = EntryKind.CODE) -> Counted:
    """Register an entry, and return where it is counted. Raises HarnessMisconfigured."""
    entry = Entry(name=name, kind=kind, owner=owner, since=day_of(since, name=name), reason=reason)
    entries.add(entry)
    return take_in(Counted(name))


def count(counted: Counted) -> None:
    """Count an execution of now; whatever goes wrong with it, the caller goes on."""
    try:
        work = _work()
        if _guard() is not None or _own():
            cell = aside(counted)
        else:
            cell = counted.direct if work is None else counted.answers[work.path]
        if cell.is_unseen:
            first_of_period(cell)
        cell.count += 1
    except Exception:  # noqa: BLE001  That something is missing is known.
        lose()


def aside(counted: Counted) -> Cell:
    """Return the cell of an execution that answers nobody."""
    work = _work()
    cells = counted.shadows if _guard() is not None else counted.own
    return cells[_DIRECT if work is None else work.path]


def first_of_period(cell: Cell) -> None:
    """Note who calls, and have the very first execution written soon."""
    if cell.look_at():
        first_seen()
