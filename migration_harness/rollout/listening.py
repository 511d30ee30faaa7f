"""Keeps what is called from one look to the next, so that a silence is known for as long as it lasts."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Final

from migration_harness.database import connection
from migration_harness.evidence.silence import Calls
from migration_harness.isolation import read_committed
from migration_harness.models import Calling, WorkClock
from migration_harness.queries.calling import Key, remembered

_KEY: Final = ("seam", "execution_path", "operation", "model")
_KEPT: Final = ("called", "first_tick", "last_tick", "last_at", "longest", "epoch")
_LOCK: Final = (0x6861_736C, 0)
"""One look at a time: another one would count the same minutes."""


def listen(*, now: datetime) -> int:
    """Count the minutes since the last look, and return how many flows are remembered. Safe to run twice, and beside.

    Where another process looks, nothing is done, and 0 returned.
    """
    with read_committed(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", _LOCK)
        if not cursor.fetchone()[0]:
            return 0
        found = remembered(now=now)
        rows = [
            Calling(**dict(zip(_KEY, key, strict=True)), **asdict(calls)) for key, calls in _new(found.calls).items()
        ]
        Calling.objects.bulk_create(rows, update_conflicts=True, unique_fields=_KEY, update_fields=_KEPT)
        WorkClock.objects.update_or_create(pk=1, defaults={"tick": found.tick, "minute": found.minute})
    return len(found.calls)


def _new(calls: Mapping[Key, Calls]) -> dict[Key, Calls]:
    """Return what is not kept as it is."""
    rows = Calling.objects.values_list(*_KEY, "last_tick", "epoch")
    kept = {(seam, path, operation, model): (tick, epoch) for seam, path, operation, model, tick, epoch in rows}
    return {key: found for key, found in calls.items() if kept.get(key) != (found.last_tick, found.epoch)}
