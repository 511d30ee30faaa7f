"""Writes the errors that a process has counted; started by the first event.

Note [Known periods] is in :mod:`migration_harness.reporting.reporter`.
"""

import os
import threading
from uuid import uuid4

from migration_harness.deciding import endings
from migration_harness.errors.counts import Counts
from migration_harness.errors.writing import write
from migration_harness.reporting.periods import Beat
from migration_harness.reporting.reporter import Reporter as ReporterOfOne


class _Reporting(threading.local):
    """Whether this thread is writing: what is logged meanwhile is about the writing, and would go on for ever."""

    now = False


_reporting = _Reporting()


class Reporter(ReporterOfOne):
    """Counts the errors of this process, and writes them."""

    thread_name = "harness-errors"
    not_written = "harness.errors_not_written"

    def __init__(self) -> None:
        super().__init__()
        self.counts = Counts()
        self._id = uuid4()

    def waits(self) -> bool:
        """Tell whether errors wait."""
        return bool(self.counts)

    def register(self) -> None:
        """Have errors written before the process ends."""
        endings.before_the_end(leave)

    def write(self, *, last: Beat, over: bool) -> Beat:
        """Write errors and a beat; errors that could not be written wait again."""
        _reporting.now = True
        seen, lost = self.counts.take()
        try:
            return write(seen, lost=lost, reporter=self._id, last=last, over=over)
        except BaseException:
            self.counts.give_back(seen, lost)
            raise
        finally:
            _reporting.now = False


_reporter = Reporter()


def begin() -> None:
    """See that this process reports."""
    _reporter.begin()


def counts() -> Counts:
    """Return what this process has counted."""
    return _reporter.counts


def wake() -> None:
    """Have what is counted written soon."""
    _reporter.wake()


def flush() -> bool:
    """Write what this process has counted, now; tells whether that was possible."""
    return _reporter.flush()


def is_reporting() -> bool:
    """Tell whether this thread is writing errors."""
    return _reporting.now


def leave() -> None:
    """Write what is left when the process ends; should it go on after all, it begins anew."""
    ending = _reporter
    forget()
    ending.end()


def finish() -> bool:
    """Write nothing more, and wait until what is being written is written; tells whether anything could have been."""
    return _reporter.finish()


def forget() -> None:
    """Begin anew, between tests and in a forked child: the parent writes its own, and its locks may be held there."""
    global _reporter
    before, _reporter = _reporter, Reporter()
    before.stop()


def _forget_after_fork() -> None:
    _reporting.now = False
    forget()


os.register_at_fork(after_in_child=_forget_after_fork)
