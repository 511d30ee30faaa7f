"""Writes what a process has seen, and says that it goes on seeing: a daemon thread.

Note [Known periods]: that nothing was seen is only news where somebody would have told. So a process says, every
``BEAT_SECONDS``, that it has written all that it has seen up to now; a period is known where some process said so of
it. A process that could not write says, once it can, for how long it could not. And one that has vanished, without
having written what it had seen, leaves its row behind: of what came after its last beat nobody knows.
"""

import threading
from abc import ABC, abstractmethod
from contextlib import suppress
from contextvars import Context
from typing import ClassVar, Final

import structlog
from django.conf import settings

from migration_harness.conf import day_seconds, runs_in_background
from migration_harness.deciding import endings
from migration_harness.deciding.clock import NANOSECONDS, boot_ns
from migration_harness.reporting.periods import Beat

BEAT_SECONDS: Final = 20.0
"""Or a day, where days are shorter: whoever tries a plan out waits for a beat at the end of each quiet time."""
TICK_SECONDS: Final = 0.5
"""After which the thread looks whether its process is over."""
PAUSE_SECONDS: Final = 1.0
"""Between two times that a process writes, however much comes."""
LAST_FLUSH_SECONDS: Final = 5.0
"""How long a process that ends waits for a writing that has begun."""

log = structlog.get_logger("harness")


class Reporter(ABC):
    """One kind of what a process sees, and the thread that writes it."""

    thread_name: ClassVar[str]
    not_written: ClassVar[str]
    """The event that says that nothing can be written, once until it goes well again."""

    def __init__(self) -> None:
        self._beat = Beat(at=None, ns=boot_ns())
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._flushing = threading.Lock()
        self._wake = threading.Event()
        self._over = threading.Event()
        self._failing = False
        self._tried_ns = 0

    @abstractmethod
    def write(self, *, last: Beat, over: bool) -> Beat:
        """Write all that waits, with a beat; where that fails it waits again. ``over``: the process reports no more."""

    @abstractmethod
    def waits(self) -> bool:
        """Tell whether anything waits to be written."""

    @abstractmethod
    def register(self) -> None:
        """Have what is left written before the process ends."""

    def begin(self) -> None:
        """Start the thread, unless it runs already; only where there are settings that say how to reach a database."""
        if self._thread is not None or not (settings.configured and runs_in_background()):
            return
        if self._starting.acquire(blocking=False):
            try:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name=self.thread_name, daemon=True)
                    # Whoever begins may be a side under guard: the thread is not its doing.
                    Context().run(self._thread.start)
                    self.register()
            finally:
                self._starting.release()

    def wake(self) -> None:
        """Have what waits written soon."""
        self._wake.set()

    def stop(self) -> None:
        """Write nothing more, and wait for nothing."""
        self._over.set()
        self._wake.set()

    def finish(self) -> bool:
        """Write nothing more, and wait until what is being written is written; never in a forked child.

        Tells whether anything could have been: whether the thread was started.
        """
        self.stop()
        if self._thread is None:
            return False
        self._thread.join(LAST_FLUSH_SECONDS)
        return True

    def flush(self) -> bool:
        """Write all that waits, with a beat; tells whether that was possible. Else it is kept, and said once."""
        with self._flushing:
            return self._flush(over=False)

    def end(self) -> None:
        """Write all that waits, and that this process reports no more."""
        self._over.set()
        self._wake.set()
        # First the lock: what the thread is writing waits nowhere else, and would be lost with it.
        if self._flushing.acquire(timeout=LAST_FLUSH_SECONDS):
            try:
                if self.waits() or self._beat.at is not None:
                    self._flush(over=True)
            finally:
                self._flushing.release()

    def _flush(self, *, over: bool) -> bool:
        self._tried_ns = boot_ns()
        try:
            self._beat = self.write(last=self._beat, over=over)
        except BaseException as error:
            self._say(error)
            if not isinstance(error, Exception):
                raise
            return False
        self._failing = False
        return True

    def _say(self, error: BaseException) -> None:
        if not self._failing:
            with suppress(Exception):
                log.warning(self.not_written, error=type(error).__name__)
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
        return boot_ns() - max(self._beat.ns, self._tried_ns) >= min(BEAT_SECONDS, day_seconds()) * NANOSECONDS
