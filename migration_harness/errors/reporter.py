"""Writes what a process has counted, and says that it goes on counting: a daemon thread, started by the first event.

Note [Known periods]: no error is good news only where somebody would have told. So a process says, every
``BEAT_SECONDS``, that it has written all that it has seen up to now; a period is known where some process said so of
it. A process that could not write says, once it can, for how long it could not. And one that has vanished, without
having written what it had seen, leaves its row behind: of what came after its last beat nobody knows.
"""

import os
import threading
from contextlib import suppress
from contextvars import Context
from typing import Final
from uuid import uuid4

import structlog
from django.conf import settings

from migration_harness.conf import runs_in_background
from migration_harness.deciding import endings
from migration_harness.deciding.clock import NANOSECONDS, boot_ns
from migration_harness.errors.counts import Counts
from migration_harness.errors.writing import Beat, write

BEAT_SECONDS: Final = 20.0
TICK_SECONDS: Final = 0.5
"""After which the thread looks whether its process is over."""
PAUSE_SECONDS: Final = 1.0
"""Between two times that a process writes, however many errors come."""
LAST_FLUSH_SECONDS: Final = 5.0
"""How long a process that ends waits for a writing that has begun."""

log = structlog.get_logger("harness")


class _Reporting(threading.local):
    """Whether this thread is writing: what is logged meanwhile is about the writing, and would go on for ever."""

    now = False


_reporting = _Reporting()


class Reporter:
    """Counts the errors of this process, and writes them."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._id = uuid4()
        self._beat = Beat(at=None, ns=boot_ns())
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._flushing = threading.Lock()
        self._wake = threading.Event()
        self._over = threading.Event()
        self._failing = False
        self._tried_ns = 0

    def begin(self) -> None:
        """Start the thread, unless it runs already; only where there are settings that say how to reach a database."""
        if self._thread is not None or not (settings.configured and runs_in_background()):
            return
        if self._starting.acquire(blocking=False):
            try:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="harness-errors", daemon=True)
                    # Whoever logs first may be a side under guard: the thread is not its doing.
                    Context().run(self._thread.start)
                    endings.before_the_end(leave)
            finally:
                self._starting.release()

    def wake(self) -> None:
        """Have what is counted written soon."""
        self._wake.set()

    def stop(self) -> None:
        """Write nothing more, and wait for nothing."""
        self._over.set()
        self._wake.set()

    def flush(self) -> bool:
        """Write all that is counted, with a beat; tells whether that was possible. Else it is kept, and said once."""
        with self._flushing:
            return self._flush(over=False)

    def end(self) -> None:
        """Write all that is counted, and that this process reports no more."""
        self._over.set()
        self._wake.set()
        # First the lock: what the thread is writing waits nowhere else, and would be lost with it.
        if self._flushing.acquire(timeout=LAST_FLUSH_SECONDS):
            try:
                if self.counts or self._beat.at is not None:
                    self._flush(over=True)
            finally:
                self._flushing.release()

    def _flush(self, *, over: bool) -> bool:
        _reporting.now = True
        self._tried_ns = boot_ns()
        seen, lost = self.counts.take()
        try:
            self._beat = write(seen, lost=lost, reporter=self._id, last=self._beat, over=over)
        except BaseException as error:
            self.counts.give_back(seen, lost)
            self._say(error)
            if not isinstance(error, Exception):
                raise
            return False
        finally:
            _reporting.now = False
        self._failing = False
        return True

    def _say(self, error: BaseException) -> None:
        if not self._failing:
            with suppress(Exception):
                log.warning("harness.errors_not_written", error=type(error).__name__)
        self._failing = True

    def _run(self) -> None:
        while not self._over.is_set():
            woken = self._wake.wait(TICK_SECONDS)
            self._wake.clear()
            if self._over.is_set():
                return
            if endings.is_over():
                self.end()
            elif (woken or self._is_due()) and not self._over.is_set():
                self.flush()
                self._over.wait(PAUSE_SECONDS)

    def _is_due(self) -> bool:
        return boot_ns() - max(self._beat.ns, self._tried_ns) >= BEAT_SECONDS * NANOSECONDS


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


def forget() -> None:
    """Begin anew, between tests and in a forked child: the parent writes its own, and its locks may be held there."""
    global _reporter
    before, _reporter = _reporter, Reporter()
    before.stop()


def _forget_after_fork() -> None:
    _reporting.now = False
    forget()


os.register_at_fork(after_in_child=_forget_after_fork)
