"""What remains of a recorded operation: its row, and a discrepancy for each law that it breaks."""

import json
import random
from collections.abc import Callable
from functools import cache
from typing import Any, Final
from uuid import UUID

from migration_harness.conf import ALL_BPS, shadowed_bps
from migration_harness.database import transaction
from migration_harness.deciding import unit_of_work
from migration_harness.models import RecordedOperation
from migration_harness.operations import laws, shadow_queue
from migration_harness.operations.answering import Stages
from migration_harness.operations.declaring import operations
from migration_harness.operations.effects import Row, Step
from migration_harness.operations.laws import Judged
from migration_harness.operations.recording import Recording
from migration_harness.operations.world import Rows

MOST_BYTES: Final = 4_000_000
"""Of one recording, as JSON: what is longer is kept without its rows and steps."""

Revision = Callable[[], str]


def revision_by(name: Revision) -> None:
    """Have the running revision named this way."""
    global _revision  # noqa: PLW0603  One in a process.
    _revision = cache(name)


def _unnamed() -> str:
    return ""


_revision: Revision = _unnamed


def keep(
    recording: Recording,
    *,
    id: UUID,  # noqa: A002  It is one.
    world: Rows | None = None,
    stages: Stages | None = None,
) -> RecordedOperation:
    """Judge a recording by the laws and keep it; what is broken is told as a discrepancy.

    ``world``: the rows that it reads, where they are known. ``stages``: what each flag said for its account. A share
    is to be shadowed.
    """
    judged = laws.judge(recording, operations().laws_for(recording.kind))
    work = _work(id)
    for each in judged:
        if each.breaches:
            laws.tell(recording, each, work=work)
    is_due = _is_due()
    with transaction.atomic():
        kept = RecordedOperation.objects.create(
            **_columns(recording, judged),
            **_kept_of(work),
            recording=id,
            world=world,
            stages=stages,
            shadow="due" if is_due else "",
        )
        if is_due:
            transaction.on_commit(shadow_queue.wake)
    return kept


def recording_of(kept: RecordedOperation) -> Recording:
    """Return a recording that was kept."""
    return Recording(
        kind=kept.kind,
        operation_id=kept.operation_id,
        account_id=kept.account_id,
        execution_path=kept.execution_path,
        began=kept.at,
        duration_ms=kept.duration_ms,
        inputs=kept.inputs,
        outcome=kept.outcome,
        error=kept.error,
        rows=tuple(map(Row.from_json, kept.rows)),
        steps=tuple(map(Step.from_json, kept.steps)),
        missing=tuple(kept.missing),
    )


def _is_due() -> bool:
    share = shadowed_bps()
    return share > 0 and random.randrange(ALL_BPS) < share  # noqa: S311  A sample, not a secret.


def _work(id: UUID) -> dict[str, Any]:  # noqa: A002  It is one.
    work = unit_of_work.current.get()
    return {
        "recording": str(id),
        "epoch": 0 if work is None or work.pinned is None else work.pinned.epoch,
        "request_id": "" if work is None else work.request_id,
        "run": "" if work is None else work.run,
        "revision": _revision(),
    }


def _kept_of(work: dict[str, Any]) -> dict[str, Any]:
    return {name: work[name] for name in ("request_id", "run", "revision")}


def _columns(recording: Recording, judged: list[Judged]) -> dict[str, Any]:
    rows, steps = ([each.as_json() for each in found] for found in (recording.rows, recording.steps))
    missing = list(recording.missing)
    if len(json.dumps([rows, steps, recording.inputs, recording.outcome])) > MOST_BYTES:
        rows, steps = [], []
        missing.append(f"It is longer than {MOST_BYTES:,} bytes: neither rows nor steps were kept.")
    return {
        "kind": recording.kind,
        "operation_id": recording.operation_id[:255],
        "account_id": recording.account_id,
        "execution_path": recording.execution_path,
        "at": recording.began,
        "duration_ms": recording.duration_ms,
        "inputs": recording.inputs,
        "outcome": recording.outcome,
        "error": recording.error[:200],
        "rows": rows,
        "steps": steps,
        "missing": missing,
        "held": [each.law.name for each in judged if each.breaches == ()],
        "broken": [each.law.name for each in judged if each.breaches],
        "unsaid": [each.law.name for each in judged if each.breaches is None],
    }
