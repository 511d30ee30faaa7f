"""Adds the comparison log to its rollups, in slices of whole transactions (see ``sql/turns.sql``)."""

from collections.abc import Callable
from time import monotonic
from typing import Final, NamedTuple

from migration_harness.database import connection
from migration_harness.faults import fault
from migration_harness.isolation import read_committed

SLICE_ROWS: Final = 50_000
"""What one transaction folds; more only where one transaction of the log has more."""

LOCK: Final = (0x6861_6661, 0)
"""Of whoever writes the rollups. ``sql/rollups.sql`` has the same numbers."""


listeners: list[Callable[[], object]] = []
"""Called after each time that somebody has folded, outside of its transactions: what was folded first may be news."""


class Slice(NamedTuple):
    """What one transaction folded, and whether there is more to fold at once."""

    folded: int
    more: bool


def fold(
    *,
    slice_rows: int = SLICE_ROWS,
    at_most_seconds: float = float("inf"),
    on_progress: Callable[[int], object] = lambda _: None,
) -> int:
    """Fold what has committed, up to the oldest transaction that still runs; returns how many comparisons.

    Safe to run twice, at the same time, and again after it was ended anywhere: each slice is added, and the watermark
    moved, in one transaction. Where another session folds, it is left to it. ``on_progress`` is called with the number
    of comparisons folded so far.
    """
    deadline, folded = monotonic() + at_most_seconds, 0
    while True:
        found = fold_slice(slice_rows=slice_rows)
        folded += found.folded
        on_progress(folded)
        if not found.more or monotonic() >= deadline:
            _told()
            return folded


def _told() -> None:
    for listener in listeners:
        try:
            listener()
        except Exception as error:  # noqa: BLE001  What is folded stays folded; it is told after the next time.
            fault("", "after folding", error)


def fold_slice(*, slice_rows: int = SLICE_ROWS) -> Slice:
    """Fold one slice in a transaction of its own."""
    with read_committed(), connection.cursor() as cursor:
        cursor.execute("SELECT folded, more FROM migration_harness_fold_log(%s)", [slice_rows])
        return Slice(*cursor.fetchone())
