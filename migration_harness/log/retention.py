"""Removes what is old: of the log and its rollups, and of the errors, in slices that nobody waits for.

What the log said stays in the rollups longer than the log, and in the totals for good.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from migration_harness.conf import days_kept
from migration_harness.database import connection
from migration_harness.isolation import read_committed
from migration_harness.log.folding import LOCK
from migration_harness.log.partitions import drop_before

SLICE_ROWS: Final = 10_000
SAMPLES_OF_A_DISCREPANCY: Final = 100
"""The newest ones, however many processes kept some."""

_OLD_ROLLUPS: Final = """
DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE {column} < %s LIMIT %s))
"""
_OLD_SAMPLES: Final = """
DELETE FROM migration_harness_comparisonsample WHERE id IN (
    SELECT id FROM (
        SELECT id, at, row_number() OVER (PARTITION BY signature ORDER BY at DESC, id DESC) AS place
        FROM migration_harness_comparisonsample
    ) placed
    WHERE place > %s OR (place > 1 AND at < %s) LIMIT %s
)
"""

LONGEST_OPERATION: Final = timedelta(days=1)
"""After which rows of an operation that runs are those of a process that was killed."""
_LEFT_ROWS: Final = """
DELETE FROM migration_harness_capturedrow WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM migration_harness_capturedrow WHERE at < %s LIMIT %s
))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What was old: partitions by name, and rows of the default partition, each rollup, and what is kept by day."""

    partitions: tuple[str, ...]
    comparisons: int
    minutes: int
    days: int
    durations: int
    accounts: int
    samples: int
    errors: int
    executions: int
    operations: int


def retain(*, now: datetime) -> Removed:
    """Remove what is older than the settings say; safe to run twice and beside everything else.

    A comparison goes only after it was folded. The newest sample of a discrepancy stays.
    """
    comparisons, rollups, minutes = (
        now - timedelta(days=days_kept(name))
        for name in ("KEEP_COMPARISONS_DAYS", "KEEP_ROLLUPS_DAYS", "KEEP_MINUTES_DAYS")
    )
    return Removed(
        partitions=drop_before(comparisons.date()),
        comparisons=_in_slices("SELECT migration_harness_delete_folded(%s, %s)", comparisons),
        minutes=_old_rollups("migration_harness_minuterollup", minutes, column="minute"),
        days=_old_rollups("migration_harness_dayrollup", rollups),
        durations=_old_rollups("migration_harness_durationrollup", rollups),
        accounts=_old_rollups("migration_harness_accountrollup", comparisons),
        samples=_in_slices(_OLD_SAMPLES, SAMPLES_OF_A_DISCREPANCY, comparisons),
        errors=_old_errors(comparisons),
        executions=_old_executions(comparisons),
        operations=_old_operations(now),
    )


def _old_errors(before: datetime) -> int:
    """Remove errors, and what is known of the hours: an hour that nobody knows of is as unknown as one that is gone."""
    if not _is_there("migration_harness_reporter"):
        return 0
    _old_rollups("migration_harness_reportedhour", before, column="hour")
    _old_rollups("migration_harness_reporter", before, column="beat_at")
    return _old_rollups("migration_harness_kepterror", before, column="last_at")


def _old_executions(before: datetime) -> int:
    """Remove executions and lines of legacy code, and what is known of hours, revisions and processes beside them."""
    if not _is_there("migration_harness_tombstonereporter"):
        return 0
    _old_rollups("migration_harness_tombstonehour", before, column="hour")
    _old_rollups("migration_harness_tombstonereporter", before, column="beat_at")
    for table in ("markedrevision", "unmarkedprocess"):
        _old_rollups(f"migration_harness_{table}", before, column="last_at")
    if _is_there("migration_harness_legacyline"):
        _old_rollups("migration_harness_legacyline", before, column="last_at")
    if _is_there("migration_harness_legacywatch"):
        for table in ("legacytableuse", "legacystatement"):
            _old_rollups(f"migration_harness_{table}", before, column="last_at")
    return _old_rollups("migration_harness_legacyexecution", before, column="last_at")


def _old_operations(now: datetime) -> int:
    """Remove recorded operations, and rows of such as never came to their end."""
    if not _is_there("migration_harness_recordedoperation"):
        return 0
    before = now - timedelta(days=days_kept("KEEP_OPERATIONS_DAYS"))
    _in_slices(_LEFT_ROWS, now - LONGEST_OPERATION)
    return _old_rollups("migration_harness_recordedoperation", before, column="at")


def _is_there(table: str) -> bool:
    """Tell whether there is such a table: on the schema of the revision before some are not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table])
        return bool(cursor.fetchone()[0])


def _old_rollups(table: str, before: datetime, *, column: str = "day") -> int:
    return _in_slices(_OLD_ROLLUPS.format(table=table, column=column), before)


def _in_slices(sql: str, *parameters: datetime | int) -> int:
    removed = 0
    while count := _slice(sql, *parameters, SLICE_ROWS):
        removed += count
    return removed


def _slice(sql: str, *parameters: datetime | int) -> int:
    with read_committed(), connection.cursor() as cursor:
        # Nobody folds meanwhile: two that change the same rows in another order would wait for each other.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", LOCK)
        cursor.execute(sql, parameters)
        return int(cursor.fetchone()[0] if cursor.description else cursor.rowcount)
