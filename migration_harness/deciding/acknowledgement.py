"""Who has obeyed a flip: every live lease says so, or has run out."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from migration_harness.database import connection
from migration_harness.deciding.leases import LEASE_SECONDS
from migration_harness.deciding.processes import Process

PATIENCE_SECONDS: Final = LEASE_SECONDS + 3.0
"""A live process acknowledges or is fenced long before; one that renews and does not load is late."""
_POLL_SECONDS: Final = 0.004

_LIVE = """
SELECT id, host, pid, role, open_units, epoch >= %(epoch)s, expires_at > clock_timestamp(),
       1000 * extract(epoch FROM acknowledged_at - %(since)s)
FROM migration_harness_lease WHERE expires_at > %(since)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """One process that decides by the new epoch since ``after_ms`` milliseconds after the flip began."""

    process: Process
    after_ms: float
    open_units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What is known of the processes after a flip.

    Attributes:
        epoch: The epoch that was waited for.
        acknowledged: Processes that decide by it.
        fenced: Processes whose lease ran out: they decide by it before they decide anything else.
        late: Processes with a live lease that did not acknowledge in time.
        waited_ms: How long the flip and the wait took together.
    """

    epoch: int
    acknowledged: tuple[Acknowledgement, ...]
    fenced: tuple[Process, ...]
    late: tuple[Process, ...]
    waited_ms: float

    @property
    def holds(self) -> bool:
        """Whether every live process obeys."""
        return not self.late

    @property
    def open_units(self) -> int:
        """Units of work that had begun before the flip."""
        return sum(each.open_units for each in self.acknowledged)


def database_time() -> datetime:
    """Return the database's clock: the beginning of a flip, and of what is measured from it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at


def wait_for(*, epoch: int, since: datetime, patience_seconds: float = PATIENCE_SECONDS) -> Proof:
    """Wait until every process that had a live lease ``since`` then acknowledged ``epoch`` or was fenced.

    Call it after the flip's commit, outside a transaction.
    """
    started = time.monotonic()
    while True:
        rows = _leases(epoch=epoch, since=since)
        waiting = [row for row in rows if row[6] and not row[5]]
        if not waiting or time.monotonic() - started > patience_seconds:
            waited_ms = (database_time() - since).total_seconds() * 1_000
            return _proof(rows, epoch=epoch, waited_ms=waited_ms)
        time.sleep(_POLL_SECONDS)


def _leases(*, epoch: int, since: datetime) -> list[tuple[int, str, int, str, int, bool, bool, float]]:
    with connection.cursor() as cursor:
        cursor.execute(_LIVE, {"epoch": epoch, "since": since})
        return list(cursor.fetchall())


def _proof(rows: list[tuple[int, str, int, str, int, bool, bool, float]], *, epoch: int, waited_ms: float) -> Proof:
    acknowledged, fenced, late = [], [], []
    for _, host, pid, role, open_units, is_acknowledged, is_live, after_ms in rows:
        process = Process(host=host, pid=pid, role=role)
        if is_acknowledged:
            # A process that loaded the flags after the flip has acknowledged at once.
            after = Acknowledgement(process=process, after_ms=max(0.0, float(after_ms)), open_units=open_units)
            acknowledged.append(after)
        elif is_live:
            late.append(process)
        else:
            fenced.append(process)
    return Proof(
        epoch=epoch,
        acknowledged=tuple(sorted(acknowledged, key=lambda each: each.after_ms)),
        fenced=tuple(fenced),
        late=tuple(late),
        waited_ms=waited_ms,
    )
