"""A process's time-limited right to decide by the epoch that it has loaded.

Note [Why a lease is enough]: a process decides by a snapshot only until its own deadline, which it
computes as "boot-time clock *before* the renewal was sent + two seconds". The database executes the
renewal later. Whoever waits for an acknowledgement waits until the row says the new epoch, or has stayed
the same for two seconds by the waiter's own clock (``running_out.py``); by then the process's deadline has
passed. No clocks of two machines are compared, and the database's may be set meanwhile.

Note [Row before snapshot]: the lease row is committed before the first snapshot is loaded. A flip that
commits before the load is in the snapshot; a flip that commits after it finds the row and waits.
"""

from dataclasses import dataclass
from typing import Any, Final

from migration_harness.deciding.clock import NANOSECONDS
from migration_harness.deciding.processes import Process
from migration_harness.deciding.surroundings import THE_MACHINE, Surroundings

LEASE_SECONDS: Final = 2.0
RENEW_SECONDS: Final = 0.5
CHANNEL: Final = "harness_epoch"
"""Flips are announced here; a lost announcement costs one renewal interval."""
LEASE_NS: Final = int(LEASE_SECONDS * NANOSECONDS)
RELEASE_SECONDS: Final = 2
"""How long a process that ends waits for the database: after that its lease has run out."""

_TAKE = """
INSERT INTO migration_harness_lease
    (host, pid, role, epoch, open_units, taken_at, renewed_at, acknowledged_at, expires_at)
VALUES (%(host)s, %(pid)s, %(role)s, 0, 0, clock_timestamp(), clock_timestamp(), clock_timestamp(),
        clock_timestamp() + make_interval(secs => %(seconds)s))
RETURNING id
"""
_RENEW = """
UPDATE migration_harness_lease
SET epoch = %(epoch)s,
    open_units = %(open_units)s,
    open_breakers = %(open_breakers)s,
    renewed_at = clock_timestamp(),
    acknowledged_at = CASE WHEN epoch = %(epoch)s THEN acknowledged_at ELSE clock_timestamp() END,
    expires_at = clock_timestamp() + make_interval(secs => %(seconds)s)
WHERE id = %(id)s
RETURNING (SELECT coalesce(max(value), 0) FROM migration_harness_epoch)
"""


class LeaseLost(Exception):
    """The lease's row is gone: somebody removed it, or it was long expired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a process says of itself with every renewal: units of work under way, and seams it does not compare."""

    open_units: int
    open_breakers: list[str]


class Lease:
    """The lease of this process, on a direct connection of its own that also listens for flips.

    ``HARNESS["LISTEN_URL"]`` names the connection where a pooler stands in front of the database. A pooler in
    transaction mode swallows LISTEN: without that setting a flip is obeyed by the next renewal.
    """

    def __init__(self, process: Process, surroundings: Surroundings = THE_MACHINE) -> None:
        self._surroundings = surroundings
        self.connection = surroundings.connect(name=_name(process))
        self.taken_ns = surroundings.boot_ns()
        """Boot-time clock before the lease was asked for."""
        self._process = process
        self._id = self._value(_TAKE, host=process.host, pid=process.pid, role=process.role, seconds=LEASE_SECONDS)
        self.connection.execute(f"LISTEN {CHANNEL}")

    def renew(self, *, epoch: int, report: Report) -> int:
        """Acknowledge ``epoch`` and prolong the lease; returns the installation's epoch. Raises LeaseLost."""
        found = self._value(
            _RENEW,
            id=self._id,
            epoch=epoch,
            open_units=report.open_units,
            open_breakers=report.open_breakers,
            seconds=LEASE_SECONDS,
        )
        if found is None:
            raise LeaseLost(f"lease {self._id}")
        return int(found)

    def wait(self, *, seconds: float) -> str | None:
        """Sleep until a flip is announced, at most ``seconds``; returns its payload, None where none was announced."""
        for announced in self.connection.notifies(timeout=seconds, stop_after=1):
            return announced.payload
        return None

    def release(self) -> None:
        """Give the lease back: nobody has to wait for a process that has ended.

        On a connection of its own, since the thread may be waiting on the lease's. A forked child that has come by
        its parent's lease gives nothing back.
        """
        if self._process.pid != self._surroundings.process().pid:
            return
        name = _name(self._process)
        with self._surroundings.connect(name=name, connect_timeout=RELEASE_SECONDS) as connection:
            connection.execute("DELETE FROM migration_harness_lease WHERE id = %s", [self._id])

    def close(self) -> None:
        """Close the connection; the lease runs out unless it was released."""
        self.connection.close()

    def _value(self, sql: str, **parameters: Any) -> Any:
        row = self.connection.execute(sql, parameters).fetchone()
        return None if row is None else row[0]


def _name(process: Process) -> str:
    return f"harness lease of {process}"
