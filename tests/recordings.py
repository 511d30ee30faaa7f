"""Recordings of operations that nobody ran."""

from datetime import UTC, datetime

from migration_harness.operations.effects import Row
from migration_harness.operations.recording import Recording


def recording_of_rows(*rows: Row) -> Recording:
    """Return one that changed these rows, in this order, and did nothing else."""
    return Recording(
        kind="trial",
        operation_id="op-1",
        account_id="1",
        execution_path="direct",
        began=datetime(2026, 1, 1, tzinfo=UTC),
        duration_ms=1.0,
        inputs={},
        outcome=None,
        error="",
        rows=rows,
        steps=(),
    )
