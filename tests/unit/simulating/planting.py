"""Faults of the protocol, each planted by putting another piece in the place of a real one."""

from collections.abc import Callable
from typing import Any

import pytest

from migration_harness.control import events
from migration_harness.deciding import acknowledgement, source
from migration_harness.deciding.flags import Announcement, load_snapshot
from migration_harness.deciding.leases import LEASE_NS, Lease
from migration_harness.deciding.source import BackgroundSource
from migration_harness.simulating import protocol

Plant = Callable[[pytest.MonkeyPatch], None]


def renew_before_load(patch: pytest.MonkeyPatch) -> None:
    """A process acknowledges the epoch that it hears of, and loads its flags afterwards."""
    real = BackgroundSource._renew

    def renew(self: Any, lease: Lease, *, announced: str | None) -> bool:
        if announced is None or self._snapshot is None:
            return real(self, lease, announced=announced)
        sent_ns = self._boot_ns()
        heard = Announcement.read(announced).epoch
        installation = lease.renew(epoch=max(heard, self._snapshot.epoch), report=source.report())
        self._deadline_ns = sent_ns + LEASE_NS
        if installation != self._snapshot.epoch:
            self._snapshot = load_snapshot(lease.connection)
        return True

    patch.setattr(BackgroundSource, "_renew", renew)


def snapshot_before_row(patch: pytest.MonkeyPatch) -> None:
    """A process loads its first flags, and takes its lease afterwards."""
    real, early = Lease.__init__, {}

    def take(self: Any, process: Any, surroundings: Any) -> None:
        with surroundings.connect(name="early") as connection:
            loaded = load_snapshot(connection)
        real(self, process, surroundings)
        early[self.connection] = loaded

    patch.setattr(Lease, "__init__", take)
    patch.setattr(source, "load_snapshot", lambda database: early.pop(database, None) or load_snapshot(database))


def lock_after_read(patch: pytest.MonkeyPatch) -> None:
    """A charge reads the epochs of its flags, and takes their locks afterwards."""
    real = protocol.enter_charge

    def enter(session: Any, names: Any, *, bounded: bool) -> Any:
        rows = session.rows("migration_harness_flag").values()
        read = [(row["name"], row["epoch"]) for row in rows if row["name"] in names]
        real(session, names, bounded=bounded)
        return read

    patch.setattr(protocol, "enter_charge", enter)


def fence_by_the_wrong_clock(patch: pytest.MonkeyPatch) -> None:
    """Whoever waits for a proof watches leases by the clock of the database, which somebody may set."""
    real = acknowledgement._Fleet.__init__

    def begin(self: Any, *, clock: Any, **told: Any) -> None:
        database = clock.__self__.world.database
        real(self, clock=lambda: int(database.clock().timestamp() * 1_000_000_000), **told)

    patch.setattr(acknowledgement._Fleet, "__init__", begin)


def acknowledgement_of_an_older_epoch(patch: pytest.MonkeyPatch) -> None:
    """A proof takes it for obeying that a process has acknowledged the epoch before."""
    real = acknowledgement._Fleet.__init__
    patch.setattr(
        acknowledgement._Fleet, "__init__", lambda self, *, epoch, **told: real(self, epoch=epoch - 1, **told)
    )


def flip_without_its_lock(patch: pytest.MonkeyPatch) -> None:
    """A flip waits for no charge."""
    patch.setattr(events, "hold_charges", lambda flag: None)


def deadline_from_the_answer(patch: pytest.MonkeyPatch) -> None:
    """A process counts its lease from the answer to its renewal, not from before it was sent."""
    real = BackgroundSource._renew

    def renew(self: Any, lease: Lease, *, announced: str | None) -> bool:
        counts = real(self, lease, announced=announced)
        if counts:
            self._deadline_ns = self._boot_ns() + LEASE_NS
        return counts

    patch.setattr(BackgroundSource, "_renew", renew)


def child_keeps_its_parents_source(patch: pytest.MonkeyPatch) -> None:
    """A forked child decides by its parent's flags, and nobody knows of it."""
    patch.setattr(source, "_forget_after_fork", lambda: None)


PLANTED: dict[str, Plant] = {
    plant.__name__.replace("_", " "): plant
    for plant in (
        renew_before_load,
        snapshot_before_row,
        lock_after_read,
        fence_by_the_wrong_clock,
        acknowledgement_of_an_older_epoch,
        flip_without_its_lock,
        deadline_from_the_answer,
        child_keeps_its_parents_source,
    )
}
"""By name; the first five are those that the simulation was built to find."""
