"""The unit in which money moves: ``with charge(operation_id=…):``, or ``settle`` for a ledger of one statement.

Note [Linearizable]: a charge takes the shared lock of every flag that could change its price, and only
then reads their epochs. If they are not those of this process's snapshot, it loads another one and
decides by that. A flip takes the exclusive lock: it waits for the charges that have begun, and those that
begin after it see it. So no lease and no clock is trusted with money, and after a rollback returned no
charge priced by the candidate commits. The lock order everywhere: flag, counter, account, audit.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from functools import partial
from typing import Final, TypeVar

from django.db import DatabaseError, connections

from migration_harness.database import alias_for, transaction
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.registry import seams
from migration_harness.deciding.snapshot import Snapshot
from migration_harness.deciding.source import source
from migration_harness.deciding.stages import Side
from migration_harness.exceptions import HarnessError
from migration_harness.faults import alarm
from migration_harness.isolation import is_too_strict, read_committed, refusal, told_of_isolation
from migration_harness.log.comparison import Evidence
from migration_harness.sqlstates import reason_of

MAX_TRIES: Final = 100
"""How often a price is asked again because a flag has changed meanwhile."""

T = TypeVar("T")
R = TypeVar("R")


class FlagsChanged(HarnessError):
    """A flag changed between the decision and the charge: nothing was written, the price is asked again."""


class Charge:
    """One charge being made. The money seam fills in what it found; the host stores it with the charge.

    Attributes:
        operation_id: The same operation is charged once.
        using: The database in which the charge and its evidence are written.
        snapshot: What the database says of the flags while this charge is made; decisions are by it.
        answered_by: The side whose price is charged, ``control`` or ``candidate``; empty until a money seam answered.
        epoch: The epoch of the flag that decided.
        control_measure: The legacy price, where the control ran.
        candidate_measure: The new price, where the candidate ran.
        instead_of: The side whose price would have been charged, where the evidence of it could not be written and
            the legacy price was charged in its place; else empty.
        settles: The host writes the evidence itself, in the statement that writes the charge.
        evidence: What it has to write.
        lost: The seam whose evidence could not be written, and the reason; None where none was lost.
    """

    __slots__ = (
        "_compared",
        "answered_by",
        "candidate_measure",
        "control_measure",
        "epoch",
        "evidence",
        "instead_of",
        "lost",
        "operation_id",
        "settles",
        "snapshot",
        "using",
    )

    def __init__(self, *, operation_id: str, using: str, snapshot: Snapshot, settles: bool = False) -> None:
        self.operation_id = operation_id
        self.using = using
        self.snapshot = snapshot
        self.answered_by = ""
        self.epoch = 0
        self.control_measure: Decimal | int | None = None
        self.candidate_measure: Decimal | int | None = None
        self.instead_of = ""
        self.settles = settles
        self.evidence: Evidence | None = None
        self.lost: tuple[str, str] | None = None
        self._compared: set[str] = set()

    @property
    def flags(self) -> str:
        """The flags by which the price was decided and their epochs, for ``migration_harness_confirm_charge``."""
        return self.snapshot.confirming(seams.money_flags)

    def lose_evidence(self, error: BaseException, *, seam: str = "") -> None:
        """Take the evidence out of the charge, which is made at the legacy price.

        The alarm is raised when the charge has committed.
        """
        if self.evidence is not None:
            seam = self.evidence.seam
        self.evidence, self.lost = None, (seam, reason_of(error))
        self.instead_of = self.answered_by
        self.answered_by, self.epoch, self.candidate_measure = Side.CONTROL.value, 0, None
        if not self.settles:
            self.tell()

    def tell(self) -> None:
        """Log the difference, or raise the alarm, when the charge has committed; of one that has not, neither."""
        say: Callable[[], None]
        if self.lost is not None:
            say = partial(_evidence_lost, self.operation_id, *self.lost)
        elif self.evidence is not None and self.evidence.announce is not None:
            say = self.evidence.announce
        else:
            return
        # Robust: a broken log must not fail a charge that has committed.
        transaction.on_commit(say, using=self.using)

    def withdraw_evidence(self) -> None:
        """Have nothing to say of this charge: it was made before, and this time nothing was written."""
        self.evidence = self.lost = None

    def compares(self, seam: str) -> bool:
        """Tell whether this call is the seam's first one in this charge: only that one is compared."""
        if seam in self._compared:
            return False
        self._compared.add(seam)
        return True


current: ContextVar[Charge | None] = ContextVar("harness_charge", default=None)


@contextmanager
def charge(*, operation_id: str, using: str | None = None) -> Iterator[Charge]:
    """Open the transaction of one charge; its ledger rows and its evidence commit together or not at all.

    Inside it a money seam runs both sides, writes the comparison and answers; outside, the seam asks
    the authoritative side alone. A charge that opens its own transaction has one second: never call a
    provider inside. ``using`` names the alias of the ledger, which must be that of the harness: else
    HarnessMisconfigured is raised.
    """
    using = alias_for(using)
    outermost = not connections[using].in_atomic_block
    with read_committed():
        snapshot = confirmed_snapshot(flags=seams.money_flags, using=using, bounded=outermost)
        this = Charge(operation_id=operation_id, using=using, snapshot=snapshot)
        token = current.set(this)
        try:
            yield this
        finally:
            current.reset(token)


def settle(
    *,
    operation_id: str,
    price: Callable[[], T],
    write: Callable[[Charge, T], R],
    using: str | None = None,
) -> R:
    """Make a charge whose ledger is one statement: ask the price, then write charge and evidence together.

    ``price`` calls the money seam. ``write`` calls a database function of the host that confirms
    its ``flags`` first (``migration_harness_confirm_charge``), writes ``evidence`` with its own rows
    (``migration_harness_prove``), and raises FlagsChanged where they were not confirmed; then both are asked
    again, by the flags as they are now. Note [Linearizable] holds: the locks are taken by the statement that
    writes. What ``price`` and ``write`` raise reaches the caller; TransactionTooStrict where the caller's transaction
    is at another level than READ COMMITTED.
    """
    using = alias_for(using)
    snapshot = newest_snapshot()
    for _ in range(MAX_TRIES):
        this = Charge(operation_id=operation_id, using=using, snapshot=snapshot, settles=True)
        token = current.set(this)
        try:
            priced = price()
        finally:
            current.reset(token)
        try:
            written = write(this, priced)
        except FlagsChanged:
            snapshot = snapshot.succeeded_by(load_snapshot(connections[using]))
            continue
        except DatabaseError as error:
            if is_too_strict(error):
                raise refusal(error) from error
            raise
        this.tell()
        return written
    raise FlagsChanged(
        f"{operation_id}: the flags were others at each of {MAX_TRIES} tries, and nothing was charged. Charge it again."
    )


def _evidence_lost(operation_id: str, seam: str, error: str) -> None:
    """Say that a charge was made at the legacy price because its evidence could not be written."""
    alarm("harness.evidence_lost", seam=seam, operation_id=operation_id, error=error, charged_as="off")


def newest_snapshot() -> Snapshot:
    """Return the flags by which prices are told: this process's newest, without a lease those of the database."""
    newest = source().newest()
    return load_snapshot() if newest is None or newest.is_fenced else newest


def confirmed_snapshot(*, flags: Collection[str], using: str, bounded: bool) -> Snapshot:
    """Lock these flags against flips, in the current transaction, and return a snapshot that says what they are now."""
    snapshot = newest_snapshot()
    while True:
        names = snapshot.to_confirm(flags)
        # Flags that are fixed are the database's no longer.
        epochs = _enter(names, using=using, bounded=bounded) if names or not flags else {}
        # Flags that a newer snapshot requires as well are locked in the next round; the locks stay.
        if all(snapshot.epoch_of(name) == epochs.get(name, 0) for name in names):
            return snapshot
        snapshot = snapshot.succeeded_by(load_snapshot(connections[using]))


def _enter(names: Iterable[str], *, using: str, bounded: bool) -> dict[str, int]:
    with told_of_isolation(), connections[using].cursor() as cursor:
        cursor.execute("SELECT flag, flag_epoch FROM migration_harness_begin_charge(%s, %s)", [sorted(names), bounded])
        return dict(cursor.fetchall())
