"""Writes what this process has executed of legacy code; started with its lease, or by the first execution.

Note [Known periods] is in :mod:`migration_harness.reporting.reporter`.
"""

import os
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import psycopg

from migration_harness.conf import day_seconds, runs_in_background
from migration_harness.deciding import endings
from migration_harness.faults import alarm, fault
from migration_harness.reporting.periods import Beat
from migration_harness.reporting.reporter import Reporter as ReporterOfOne
from migration_harness.tombstones import cells
from migration_harness.tombstones.declaring import entries
from migration_harness.tombstones.lines import watch
from migration_harness.tombstones.writing import Reporting, Risen, write

_naming: list[Callable[[], str]] = []
listeners: list[Callable[[Sequence[Risen]], None]] = []
"""Told of executions of what was declared dead, after they are written."""


def revision_by(name: Callable[[], str]) -> None:
    """Let this say which revision of the code runs here, empty where nobody can; it is asked once, by the thread."""
    _naming[:] = [name]


class Reporter(ReporterOfOne):
    """Writes the executions of this process."""

    thread_name = "harness-tombstones"
    not_written = "harness.tombstones_not_written"

    def __init__(self) -> None:
        super().__init__()
        self._id = uuid4()
        self._revision: str | None = None
        self._declared: set[str] = set()
        self._lost = 0

    def waits(self) -> bool:
        """Tell whether executions wait."""
        return cells.is_waiting() or watch.waits or self._lost > 0

    def register(self) -> None:
        """Have executions written before the process ends."""
        endings.before_the_end(leave)

    def lose(self) -> None:
        """Note that an execution could not be counted: the hour that has one is unknown."""
        self._lost += 1

    def write(self, *, last: Beat, over: bool) -> Beat:
        """Write executions, new entries and a beat; what could not be written waits as it did."""
        if self._revision is None:
            self._revision = _naming[0]() if _naming else ""
        watch.turn(seconds=day_seconds())
        found, seen, lost = list(cells.executed()), watch.executed(), self._lost
        new = [entry for entry in entries if entry.name not in self._declared]
        reporting = Reporting(id=self._id, revision=self._revision, last=last, over=over, by_line=watch.sees)
        beat, risen = write(found, new=new, lost=lost, reporting=reporting, lines=seen)
        for each in found:
            each.written()
        watch.written(seen)
        self._declared.update(entry.name for entry in new)
        self._lost -= lost
        _tell(risen)
        return beat


_reporter = Reporter()


def begin(_lease: "psycopg.Connection[Any] | None" = None) -> None:
    """See that this process reports: what has a lease may execute legacy code."""
    _reporter.begin()


def watch_lines() -> None:
    """Have lines told beside entries, where this Python tells of them; only by a process that can write them."""
    if runs_in_background():
        watch.begin(on_first=first_seen, lose=lose)


def first_seen() -> None:
    """Have an execution written soon that this process sees for the first time."""
    _reporter.begin()
    _reporter.wake()


def lose() -> None:
    """Note that an execution could not be counted."""
    _reporter.lose()


def flush() -> bool:
    """Write what this process has counted, now; tells whether that was possible."""
    return _reporter.flush()


def leave() -> None:
    """Write what is left when the process ends; should it go on after all, it begins anew."""
    global _reporter
    ending, _reporter = _reporter, Reporter()
    ending.end()


def finish() -> bool:
    """Write nothing more, and wait until what is being written is written; tells whether anything could have been."""
    return _reporter.finish()


def forget() -> None:
    """Begin anew, between tests and in a forked child: what was counted before, the parent writes."""
    global _reporter
    before, _reporter = _reporter, Reporter()
    before.stop()
    cells.leave_to_the_parent()
    watch.leave_to_the_parent()


def _tell(risen: Sequence[Risen]) -> None:
    for each in risen:
        alarm(
            "harness.legacy_executed",
            entry=each.entry,
            times=each.times,
            execution_path=each.path,
            caller=each.caller,
            revision=each.revision,
        )
    for listener in listeners if risen else ():
        try:
            listener(risen)
        except Exception as error:  # noqa: BLE001  They are written, and the log has them.
            fault("", "legacy code that was declared dead", error)


os.register_at_fork(after_in_child=forget)
