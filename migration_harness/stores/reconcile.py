"""Repairs drift: what one store has and the other one missed is copied."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import F

from migration_harness.deciding.stages import Side
from migration_harness.isolation import read_committed
from migration_harness.models import Drift
from migration_harness.passing import passes
from migration_harness.stores import drift
from migration_harness.stores.pair import pairs

OnProgress = Callable[[int, int], object]
"""Called with how many are done, of how many."""


def say_nothing(done: int, total: int) -> None:
    """Stand for a caller who does not want to know how far it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrepaired:
    """A drift that is still there. ``error`` is the class of what went wrong."""

    seam: str
    key: str
    attempts: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """What came of all drift rows: how many are gone, and which ones are left."""

    repaired: int
    failed: tuple[Unrepaired, ...]


def reconcile(*, on_progress: OnProgress = say_nothing) -> Reconciliation:
    """Repair every drift; what cannot be repaired is kept for the next time.

    Safe to run twice, at the same time, and beside writers: each key is one short transaction under the
    lock that its writers take.
    """
    rows = list(Drift.objects.order_by("id").values_list("id", "seam", "key"))
    failed: list[Unrepaired] = []
    for done, (row_id, seam, key) in enumerate(rows, start=1):
        try:
            with read_committed():
                drift.lock(seam=seam, key=key)
                repair(seam=seam, key=key)
        except Exception as error:
            if passes(error):
                raise
            # One key that cannot be repaired does not hold up the others.
            failed += _failed(row_id, error)
        on_progress(done, len(rows))
    return Reconciliation(
        repaired=len(rows) - len(failed),
        failed=tuple(failed),
    )


def repair(*, seam: str, key: str) -> bool:
    """Copy a key from the side whose write left the drift; returns False where there is no drift.

    The caller holds the key's lock. Raises NoStorePair, CopyDiffers, and what the stores raise.
    """
    row = Drift.objects.filter(seam=seam, key=key).first()
    if row is None:
        return False
    pairs.of_seam(seam).copy(key, source=Side(row.authoritative))
    row.delete()
    return True


def _failed(row_id: int, error: Exception) -> list[Unrepaired]:
    """Count the attempt; nothing has failed where a writer has finished meanwhile."""
    name = type(error).__name__
    Drift.objects.filter(pk=row_id).update(attempts=F("attempts") + 1, last_error=name)
    rows = Drift.objects.filter(pk=row_id)
    return [Unrepaired(seam=row.seam, key=row.key, attempts=row.attempts, error=name) for row in rows]
