"""Where decisions get the newest snapshot from: a daemon thread that follows the epoch.

Note [First snapshot]: a process loads its first snapshot at its first decision, in the thread, while
the caller waits. The caller's own connection is not used, so its transaction is not touched. Until
there is a snapshot (the database does not answer) every flag decides ``off``, with an error event.
"""

import os
import threading
from typing import Any, Final, Protocol

import structlog
from django.db import connection

from migration_harness import unit_of_work
from migration_harness.conf import runs_in_background
from migration_harness.flags import load_epoch, load_snapshot
from migration_harness.snapshot import NO_DECISIONS, Decision, Decisions, Snapshot

REFRESH_SECONDS: Final = 0.25
FIRST_SNAPSHOT_SECONDS: Final = 5.0

_current_work = unit_of_work.current.get

log = structlog.get_logger("harness")


class Source(Protocol):
    """Answers with the newest snapshot that this process has."""

    def newest(self) -> Snapshot | None:
        """Return the snapshot, None where none could be loaded yet."""

    def refresh(self) -> None:
        """See to it that the next answer is not older than this call; raises what the database raises."""


class BackgroundSource:
    """Keeps the snapshot fresh in a daemon thread, started at the first decision of the process."""

    def __init__(self) -> None:
        self._snapshot: Snapshot | None = None
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._attempted = threading.Event()
        self._stopped = threading.Event()

    def newest(self) -> Snapshot | None:
        """Return the snapshot; wait for the first one."""
        return self._snapshot or self._first()

    def refresh(self) -> None:
        """Load a snapshot now if the epoch moved; raises what the database raises."""
        if self._snapshot is None or load_epoch() != self._snapshot.epoch:
            self._snapshot = load_snapshot()

    def _first(self) -> Snapshot | None:
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._follow, name="harness-snapshot", daemon=True)
                self._thread.start()
        # Only the first attempt is waited for: while the database is down, callers are not held up each time.
        if not self._attempted.wait(FIRST_SNAPSHOT_SECONDS) or self._snapshot is None:
            log.error("harness.no_snapshot", decision="off")
        return self._snapshot

    def stop(self) -> None:
        """End the thread after its current round."""
        self._stopped.set()

    def _follow(self) -> None:
        failing = False
        while not self._stopped.is_set():
            try:
                self.refresh()
                failing = False
            except Exception as error:  # noqa: BLE001  Whatever happens, the thread goes on following.
                if not failing:
                    log.error("harness.snapshot_not_refreshed", error=type(error).__name__)  # noqa: TRY400
                failing = True
                connection.close()
            self._attempted.set()
            self._stopped.wait(REFRESH_SECONDS)
        connection.close()


class InlineSource:
    """Reads the flags at every decision, on the caller's connection: for tests inside a transaction."""

    def newest(self) -> Snapshot | None:
        """Load the snapshot as the caller's transaction sees it."""
        return load_snapshot()

    def refresh(self) -> None:
        """Nothing to do: nothing is kept."""


_source: Source | None = None


def source() -> Source:
    """Return this process's source."""
    global _source  # noqa: PLW0603  One per process, made anew in a forked child.
    if _source is None:
        _source = BackgroundSource() if runs_in_background() else InlineSource()
    return _source


def forget() -> None:
    """Begin anew, between tests."""
    if isinstance(_source, BackgroundSource):
        _source.stop()
    _forget_after_fork()


def _forget_after_fork() -> None:
    """Begin anew in a forked child: the thread did not come along, and its locks may be held for ever."""
    global _source  # noqa: PLW0603
    _source = None


os.register_at_fork(after_in_child=_forget_after_fork)


class PinnedDecisions(Decisions):
    """A flag's decisions in a unit of work that keeps a snapshot older than the newest."""

    def __init__(self, pinned: Decisions, newest: Decisions) -> None:
        super().__init__()
        self._pinned = pinned
        self._newest = newest

    def __missing__(self, subject: Any) -> Decision:
        pinned, newest = self._pinned[subject], self._newest[subject]
        return newest if pinned.in_cohort and not newest.in_cohort else pinned


def decide(flag: str, subject: object) -> Decision:
    """Return the decision for a subject under the snapshot that this unit of work keeps."""
    return decisions_of(flag)[subject]


def decisions_of(flag: str) -> Decisions:
    """Return a flag's decisions by subject under the snapshot that this unit of work keeps.

    A flip that takes the candidate away reaches a unit of work at its next decision; any other flip
    reaches the next unit of work.
    """
    newest = (_source or source()).newest()
    if newest is None:
        return NO_DECISIONS
    work = _current_work()
    if work is None or work.pinned is newest:
        return newest.decisions[flag]
    if work.pinned is None:
        work.pinned = newest
        return newest.decisions[flag]
    return PinnedDecisions(work.pinned.decisions[flag], newest.decisions[flag])
