"""Keeping the proof of a rollback. It comes after the commit, so nothing here can fail it or stop the next flag."""

from collections.abc import Sequence
from typing import Any, Final

from django.utils import timezone

from migration_harness.authority.actors import Actor
from migration_harness.authority.persons import acting
from migration_harness.database import connection, transaction
from migration_harness.faults import alarm
from migration_harness.models import RollbackProof
from migration_harness.trail import audit

_PATIENCE: Final = "250ms"
"""How long it waits for its table, where somebody changes that."""


def keep(
    *, flags: Sequence[str], epochs: Sequence[int], is_drill: bool, told: dict[str, Any], actor: Actor | str
) -> None:
    """Write down who obeyed a rollback; where that cannot be, the log says so (``harness.proof_lost``)."""
    try:
        row = RollbackProof(
            epoch=told["epoch"],
            flags=list(flags),
            epochs=list(epochs),
            is_drill=is_drill,
            holds=told["holds"],
            waited_ms=told["waited_ms"],
            told=told,
            actor=audit.actor_kept(acting(actor).name),
            at=timezone.now(),
        )
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout'), set_config('lock_timeout', %s, true)", [_PATIENCE])
            (before, _) = cursor.fetchone()
            RollbackProof.objects.bulk_create([row])
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [before])
    except Exception as error:  # noqa: BLE001  The flags are rolled back, and that is proven: whatever it is.
        alarm("harness.proof_lost", flags=", ".join(flags), error=type(error).__name__)
