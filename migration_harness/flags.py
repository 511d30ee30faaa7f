"""Flags from the database into a snapshot."""

from typing import Any

from django.db import connection

from migration_harness.snapshot import FlagState, Snapshot
from migration_harness.stages import stage_named

_SNAPSHOT_SQL = """
SELECT (SELECT value FROM migration_harness_epoch),
       f.name, f.stage, f.baseline, f.everyone, f.share_bps, f.compared_bps, f.salt, f.epoch, f.requires, f.has_store,
       coalesce(array_agg(m.account_id) FILTER (WHERE m.included), '{}'),
       coalesce(array_agg(m.account_id) FILTER (WHERE NOT m.included), '{}')
FROM migration_harness_flag f LEFT JOIN migration_harness_flagmember m ON m.flag_id = f.id
GROUP BY f.id
"""


def load_epoch(database: Any = connection) -> int:
    """Return the epoch of the installation; 0 before the first change of a flag."""
    with database.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(value), 0) FROM migration_harness_epoch")
        return int(cursor.fetchone()[0])


def load_snapshot(database: Any = connection) -> Snapshot:
    """Return all flags as one statement sees them. Raises UnknownStage for a stage out of the table.

    ``database`` is a connection of Django's or of psycopg's.
    """
    with database.cursor() as cursor:
        cursor.execute(_SNAPSHOT_SQL)
        found = cursor.fetchall()
    installation = found[0][0] if found else load_epoch(database)
    flags = [_flag_state(*row[1:]) for row in found]
    return Snapshot(epoch=installation or 0, flags={flag.name: flag for flag in flags})


def _flag_state(name: str, stage: str, baseline: str, *rest: Any) -> FlagState:
    everyone, share_bps, compared_bps, salt, epoch, requires, has_store, included, excluded = rest
    return FlagState(
        name=name,
        stage=stage_named(stage),
        baseline=stage_named(baseline),
        everyone=everyone,
        share_bps=share_bps,
        compared_bps=compared_bps,
        salt=salt,
        epoch=epoch,
        requires=tuple(requires),
        has_store=has_store,
        included=frozenset(included),
        excluded=frozenset(excluded),
    )
