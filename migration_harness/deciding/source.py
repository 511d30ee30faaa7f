"""Where decisions get the newest snapshot from: a daemon thread that holds a lease and follows the epoch.

Note [First snapshot]: a process takes its lease and loads its first snapshot at its first decision, in
the thread, while the caller waits. The caller's own connection is not used, so its transaction is not
touched. Until there is a snapshot (the database does not answer) every flag decides ``off``, with an
error event.
"""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, Protocol

import psycopg
import structlog

from migration_harness.conf import runs_in_background
from migration_harness.deciding import endings, unit_of_work
from migration_harness.deciding.flags import Announcement, load_snapshot
from migration_harness.deciding.leases import LEASE_NS, RENEW_SECONDS, Lease, Report
from migration_harness.deciding.registry import seams
from migration_harness.deciding.running_out import Neighbours
from migration_harness.deciding.snapshot import NO_DECISIONS, Decision, Decisions, Snapshot
from migration_harness.deciding.surroundings import Event, Thread, around

FIRST_SNAPSHOT_SECONDS: Final = 5.0

_current_work = unit_of_work.current.get

log = structlog.get_logger("harness")

followers: "list[Callable[[psycopg.Connection[Any]], None]]" = []
"""Called by the thread with the lease's connection before the first decision and after every renewal."""


class Source(Protocol):
    """Answers with the newest snapshot that this process may decide by."""

    def newest(self) -> Snapshot | None:
        """Return the snapshot, None where none could be loaded yet."""

    def stop(self) -> None:
        """Give back what is held."""


class BackgroundSource:
    """Keeps lease and snapshot fresh in a daemon thread, started at the first decision of the process."""

    def __init__(self) -> None:
        self._surroundings = surroundings = around.get()
        self._boot_ns = surroundings.boot_ns
        self._snapshot: Snapshot | None = None
        self._deadline_ns = 0
        self._lease: Lease | None = None
        self._thread: Thread | None = None
        self._starting = threading.Lock()
        self._attempted: Event = surroundings.event()
        self._stopped: Event = surroundings.event()
        self._failing_followers = False
        self._renewed_ns = 0
        self._neighbours = Neighbours(surroundings.boot_ns)

    def newest(self) -> Snapshot | None:
        """Return the snapshot, or its fenced twin where the lease has run out; wait for the first one."""
        snapshot = self._snapshot
        if snapshot is None:
            return self._first()
        # A name of its own: called as an attribute it is looked for among the methods, which costs a tenth of this.
        boot_ns = self._boot_ns
        return snapshot if boot_ns() < self._deadline_ns else snapshot.fenced()

    def stop(self) -> None:
        """Give the lease back, and end the thread after its current round."""
        self._stopped.set()
        if (lease := self._lease) is not None:
            with suppress(psycopg.Error):
                lease.release()

    def _first(self) -> Snapshot | None:
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = self._surroundings.begin("harness-lease", self._follow)
        # Only the first attempt is waited for: while the database is down, callers are not held up each time.
        if not self._attempted.wait(FIRST_SNAPSHOT_SECONDS) or self._snapshot is None:
            log.error("harness.no_snapshot", decision="off")
        return self._snapshot

    def _follow(self) -> None:
        failing = False
        while not self._ends():
            try:
                self._hold_lease()
                failing = False
            except Exception as error:  # noqa: BLE001  Whatever happens, the thread goes on following.
                if not failing and not self._stopped.is_set():
                    log.error("harness.snapshot_not_refreshed", error=type(error).__name__)  # noqa: TRY400
                failing = True
                self._attempted.set()
                self._stopped.wait(RENEW_SECONDS)

    def _ends(self) -> bool:
        """Tell whether nobody will decide here any more; then the lease is given back."""
        if self._surroundings.is_over():
            self.stop()
        return self._stopped.is_set()

    def _hold_lease(self) -> None:
        """Take a lease and keep it until this source is stopped; raises what the database raises."""
        lease = self._lease = Lease(self._surroundings.process(), self._surroundings)
        self._renewed_ns = lease.taken_ns
        try:
            if self._snapshot is not None:
                # Of the database that was there before: in one that was restored an epoch may be another's.
                self._snapshot = load_snapshot(lease.connection)
            announced = None
            while not self._ends():
                if self._renew(lease, announced=announced):
                    # After the renewal: what else is followed never holds up an acknowledgement.
                    self._follow_others(lease)
                    self._neighbours.look(lease.connection)
                    announced = lease.wait(seconds=RENEW_SECONDS)
        finally:
            lease.close()

    def _renew(self, lease: Lease, *, announced: str | None) -> bool:
        """Renew once; tell whether the process is now up to date with the installation."""
        if self._snapshot is None:
            snapshot = load_snapshot(lease.connection)
            self._follow_others(lease)
            self._deadline_ns = lease.taken_ns + LEASE_NS
            self._snapshot = snapshot
            self._attempted.set()
        elif announced is not None:
            self._snapshot = self._after(announced, self._snapshot, lease)
        before_ns, sent_ns = self._renewed_ns, self._boot_ns()
        installation = lease.renew(epoch=self._snapshot.epoch, report=report())
        self._renewed_ns = sent_ns
        if installation != self._snapshot.epoch:
            # A newer epoch is loaded before the renewal counts; the next round acknowledges it.
            self._snapshot = load_snapshot(lease.connection)
            return False
        if sent_ns - before_ns >= LEASE_NS:
            # Note [Run out for good]: the next renewal counts.
            return False
        self._deadline_ns = sent_ns + LEASE_NS
        return True

    def _follow_others(self, lease: Lease) -> None:
        """Let the followers look; whatever goes wrong with them, the lease is held."""
        failed = ""
        for follower in followers:
            try:
                follower(lease.connection)
            except Exception as error:  # noqa: BLE001  Tried again at the next renewal.
                failed = type(error).__name__
        if failed and not self._failing_followers and not self._stopped.is_set():
            log.error("harness.explanations_not_followed", error=failed)
        self._failing_followers = bool(failed)

    def _after(self, payload: str, snapshot: Snapshot, lease: Lease) -> Snapshot:
        """Return the snapshot after the flip that was announced: with its flag, else loaded anew."""
        try:
            announcement = Announcement.read(payload)
        except Exception:  # noqa: BLE001  Of a process of another revision, or of anybody: the database knows.
            return load_snapshot(lease.connection)
        if announcement.epoch <= snapshot.epoch:
            return snapshot
        return announcement.applied_to(snapshot) or load_snapshot(lease.connection)


class InlineSource:
    """Reads the flags at every decision, on the caller's connection: for tests inside a transaction."""

    def newest(self) -> Snapshot | None:
        """Load the snapshot as the caller's transaction sees it."""
        return load_snapshot()

    def stop(self) -> None:
        """Nothing to do: nothing is held."""


def report() -> Report:
    """Return what this process says of itself."""
    return Report(open_units=unit_of_work.open_units(), open_breakers=seams.tripped)


_source: Source | None = None


def source() -> Source:
    """Return this process's source."""
    global _source  # noqa: PLW0603  One per process, made anew in a forked child.
    if _source is None:
        _source = BackgroundSource() if runs_in_background() else InlineSource()
        endings.before_the_end(forget)
    return _source


def forget() -> None:
    """Give back what this process holds; the next decision begins anew."""
    global _source
    held, _source = _source, None
    if held is not None:
        held.stop()


def _forget_after_fork() -> None:
    """Begin anew in a forked child: the thread did not come along, and its locks may be held for ever.

    Nothing is given back: the lease is the parent's, and so is its connection.
    """
    global _source  # noqa: PLW0603
    if isinstance(_source, BackgroundSource):
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
    """Return a flag's decisions by subject under the snapshot that this unit of work keeps."""
    newest = (_source or source()).newest()
    if newest is None:
        return NO_DECISIONS
    # The hot path: no unit of work, or one whose snapshot is the newest. A call would cost its time.
    work = _current_work()
    if work is None or work.pinned is newest:
        return newest.decisions[flag]
    return decisions_under(newest, flag)


def decisions_under(newest: Snapshot, flag: str) -> Decisions:
    """Return a flag's decisions where ``newest`` is the newest snapshot.

    A flip that takes the candidate away reaches a unit of work at its next decision; any other flip
    reaches the next unit of work. What a lease that ran out says is not kept: it is no state of the flags, and
    a charge that comes later is decided by the database.
    """
    work = _current_work()
    if work is None or work.pinned is newest:
        return newest.decisions[flag]
    if work.pinned is None:
        if not newest.is_fenced:
            work.pinned = newest
        return newest.decisions[flag]
    return PinnedDecisions(work.pinned.decisions[flag], newest.decisions[flag])
