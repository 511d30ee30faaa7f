"""Who has obeyed a flip: every live lease says so, or has run out."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import Error

from migration_harness.database import connection, transaction
from migration_harness.deciding.leases import LEASE_SECONDS
from migration_harness.deciding.processes import Process
from migration_harness.deciding.running_out import Renewal, Watch, mark
from migration_harness.deciding.surroundings import around
from migration_harness.exceptions import ProofMissing

PATIENCE_SECONDS: Final = LEASE_SECONDS + 3.0
"""A live process acknowledges or is fenced long before; one that renews and does not load is late."""
_POLL_SECONDS: Final = 0.004
_PAUSE_SECONDS: Final = 0.1
"""After a question that failed."""
_ASK: Final = "1s"
"""For one question."""
_MARK: Final = "100ms"
"""For sparing others a wait: a rollback whose proof is there does not wait for that."""

_LIMITS: Final = "SELECT set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true)"
_KNOWN: Final = """
SELECT id, renewed_at, host, pid, role, open_units, epoch >= %s, expires_at > clock_timestamp()
FROM migration_harness_lease WHERE ran_out IS DISTINCT FROM renewed_at
"""
"""The last one is for the eye alone: who has acknowledged before, and is gone, is not listed."""


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


def wait_for(*, epoch: int, since_ns: int, patience_seconds: float = PATIENCE_SECONDS) -> Proof:
    """Wait until every process with a lease acknowledged ``epoch`` or was fenced.

    Call it after the flip's commit, outside a transaction. ``since_ns`` is the boot-time clock when the flip began:
    what took how long counts from there. A connection that is lost meanwhile is replaced. Raises ProofMissing where
    the database cannot be asked.
    """
    surroundings = around.get()
    fleet = _Fleet(epoch=epoch, since_ns=since_ns, clock=surroundings.boot_ns)
    started = surroundings.seconds()
    while True:
        is_last = surroundings.seconds() - started > patience_seconds
        try:
            is_over = not fleet.is_waited_for()
        except Error as error:
            if connection.in_atomic_block or is_last:
                raise ProofMissing(
                    f"The flags are changed (epoch {epoch}), and who obeys could not be asked: {type(error).__name__}. "
                    "Ask again: python manage.py harness fleet"
                ) from error
            connection.close()
            surroundings.sleep(_PAUSE_SECONDS)
            continue
        if is_over or is_last:
            return fleet.proof()
        surroundings.sleep(_POLL_SECONDS)


class _Fleet:
    """The processes as they are asked about, again and again: Note [No clock of the database]."""

    def __init__(self, *, epoch: int, since_ns: int, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._epoch = epoch
        self._since_ns = since_ns
        self._watch = Watch()
        self._acknowledged: dict[int, Acknowledgement] = {}
        self._fenced: dict[Renewal, Process] = {}
        self._late: dict[Renewal, Process] = {}

    def is_waited_for(self) -> bool:
        """Ask once; tell whether anybody may still decide by an older epoch."""
        asked_ns = self._clock()
        rows = _leases(self._epoch)
        answered_ns = self._clock()
        waited: dict[Renewal, Process] = {}
        for lease, renewed_at, host, pid, role, open_units, has_acknowledged, looks_live in rows:
            process = Process(host=host, pid=pid, role=role)
            if not has_acknowledged:
                waited[lease, renewed_at] = process
            elif looks_live and lease not in self._acknowledged:
                after_ms = (answered_ns - self._since_ns) / 1_000_000
                self._acknowledged[lease] = Acknowledgement(process=process, after_ms=after_ms, open_units=open_units)
        over = self._watch.ran_out(waited, asked_ns=asked_ns, answered_ns=answered_ns)
        self._fenced = {each: process for each, process in waited.items() if each in over}
        self._late = {each: process for each, process in waited.items() if each not in over}
        return bool(self._late)

    def proof(self) -> Proof:
        """Return what the last answer says, and spare others the wait for those who ran out."""
        waited_ms = (self._clock() - self._since_ns) / 1_000_000
        if self._fenced and not connection.in_atomic_block:
            with suppress(Error), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(_LIMITS, [_MARK, _MARK])
                mark(cursor, self._fenced)
        return Proof(
            epoch=self._epoch,
            acknowledged=tuple(sorted(self._acknowledged.values(), key=lambda each: each.after_ms)),
            fenced=tuple(self._fenced.values()),
            late=tuple(self._late.values()),
            waited_ms=waited_ms,
        )


def _leases(epoch: int) -> list[tuple[int, datetime, str, int, str, int, bool, bool]]:
    is_ours = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if is_ours:
            # A role may have shorter ones.
            cursor.execute(_LIMITS, [_ASK, _ASK])
        cursor.execute(_KNOWN, [epoch])
        return list(cursor.fetchall())
