"""The unit in which money moves: ``with charge(operation_id=…):``.

Note [Linearizable]: a charge takes the shared lock of every flag that could change its price, and only
then reads their epochs. If they are not those of this process's snapshot, it loads another one and
decides by that. A flip takes the exclusive lock: it waits for the charges that have begun, and those that
begin after it see it. So no lease and no clock is trusted with money, and after a rollback returned no
charge priced by the candidate commits. The lock order everywhere: flag, counter, account, audit.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from migration_harness.flags import load_snapshot
from migration_harness.registry import seams
from migration_harness.snapshot import Snapshot
from migration_harness.source import source


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
    """

    __slots__ = (
        "_compared",
        "answered_by",
        "candidate_measure",
        "control_measure",
        "epoch",
        "operation_id",
        "snapshot",
        "using",
    )

    def __init__(self, *, operation_id: str, using: str, snapshot: Snapshot) -> None:
        self.operation_id = operation_id
        self.using = using
        self.snapshot = snapshot
        self.answered_by = ""
        self.epoch = 0
        self.control_measure: Decimal | int | None = None
        self.candidate_measure: Decimal | int | None = None
        self._compared: set[str] = set()

    def compares(self, seam: str) -> bool:
        """Tell whether this call is the seam's first one in this charge: only that one is compared."""
        if seam in self._compared:
            return False
        self._compared.add(seam)
        return True


current: ContextVar[Charge | None] = ContextVar("harness_charge", default=None)


@contextmanager
def charge(*, operation_id: str, using: str = DEFAULT_DB_ALIAS) -> Iterator[Charge]:
    """Open the transaction of one charge; its ledger rows and its evidence commit together or not at all.

    Inside it a money seam runs both sides, writes the comparison and answers; outside, the seam asks
    the authoritative side alone. A charge that opens its own transaction has one second: never call a
    provider inside.
    """
    outermost = not connections[using].in_atomic_block
    with transaction.atomic(using=using):
        flags = {seam.flag for seam in seams if seam.money}
        snapshot = confirmed_snapshot(flags=flags, using=using, bounded=outermost)
        this = Charge(operation_id=operation_id, using=using, snapshot=snapshot)
        token = current.set(this)
        try:
            yield this
        finally:
            current.reset(token)


def confirmed_snapshot(*, flags: Collection[str], using: str, bounded: bool) -> Snapshot:
    """Lock these flags against flips, in the current transaction, and return a snapshot that says what they are now."""
    newest = source().newest()
    snapshot = load_snapshot(connections[using]) if newest is None or newest.is_fenced else newest
    while True:
        names = snapshot.with_required(flags)
        epochs = _enter(names, using=using, bounded=bounded)
        # Flags that a newer snapshot requires as well are locked in the next round; the locks stay.
        if all(snapshot.epoch_of(name) == epochs.get(name, 0) for name in names):
            return snapshot
        snapshot = load_snapshot(connections[using])


def _enter(names: Iterable[str], *, using: str, bounded: bool) -> dict[str, int]:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT flag, flag_epoch FROM migration_harness_enter_charge(%s, %s)", [sorted(names), bounded])
        return dict(cursor.fetchall())
