"""A request, task or command: how it came in, and the snapshot it keeps."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from uuid import uuid4

from migration_harness.deciding.execution_path import ExecutionPath

if TYPE_CHECKING:
    from migration_harness.deciding.snapshot import Snapshot


class UnitOfWork:
    """What every decision inside one request, task or command shares."""

    __slots__ = ("execution_path", "path", "pinned", "request_id", "run")

    def __init__(self, *, execution_path: ExecutionPath, request_id: str, run: str) -> None:
        self.execution_path = execution_path
        self.path = execution_path.value
        """The same as plain text: what is counted by it is counted on each call, and an enum's value costs one."""
        self.request_id = request_id
        self.run = run
        self.pinned: Snapshot | None = None
        """The snapshot of the first decision; forward flips reach the next unit of work."""


current: ContextVar[UnitOfWork | None] = ContextVar("harness_unit_of_work", default=None)
_open: set[UnitOfWork] = set()


def open_units() -> int:
    """Return how many units of work of this process have begun and not ended."""
    return len(_open)


def current_request_id() -> str:
    """Return the id that this unit of work has in every log line; empty outside of one."""
    work = current.get()
    return "" if work is None else work.request_id


def current_execution_path() -> ExecutionPath:
    """Return how the current work came in; outside of a unit of work a service was called directly."""
    work = current.get()
    return ExecutionPath.DIRECT if work is None else work.execution_path


@contextmanager
def unit_of_work(
    *, execution_path: ExecutionPath, request_id: str | None = None, run: str = ""
) -> Iterator[UnitOfWork]:
    """Mark a request, task or command. Inside another one, only the path and the run are its own.

    ``run`` names a replay, whose comparisons are kept apart from live evidence.
    """
    outer = current.get()
    work = UnitOfWork(
        execution_path=execution_path,
        request_id=request_id or (outer.request_id if outer else uuid4().hex),
        run=run,
    )
    if outer is not None:
        work.pinned = outer.pinned
    token = current.set(work)
    if outer is None:
        _open.add(work)
    try:
        yield work
    finally:
        _open.discard(work)
        current.reset(token)
