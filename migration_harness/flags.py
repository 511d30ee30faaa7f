"""Flags from the database into a snapshot."""

from django.db import connection

from migration_harness.snapshot import FlagState, Snapshot
from migration_harness.stages import stage_named

_SNAPSHOT_SQL = """
SELECT (SELECT value FROM migration_harness_epoch),
       f.name, f.stage, f.baseline, f.everyone, f.share_bps, f.compared_bps, f.salt, f.epoch, f.requires,
       coalesce(array_agg(m.account_id) FILTER (WHERE m.included), '{}'),
       coalesce(array_agg(m.account_id) FILTER (WHERE NOT m.included), '{}')
FROM migration_harness_flag f LEFT JOIN migration_harness_flagmember m ON m.flag_id = f.id
GROUP BY f.id
"""


def load_epoch() -> int:
    """Return the epoch of the installation; 0 before the first change of a flag."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(value), 0) FROM migration_harness_epoch")
        return int(cursor.fetchone()[0])


def load_snapshot() -> Snapshot:
    """Return all flags as one statement sees them. Raises UnknownStage for a stage out of the table."""
    with connection.cursor() as cursor:
        cursor.execute(_SNAPSHOT_SQL)
        found = cursor.fetchall()
    installation = found[0][0] if found else load_epoch()
    rows = [row[1:] for row in found]
    flags = [
        FlagState(
            name=name,
            stage=stage_named(stage),
            baseline=stage_named(baseline),
            everyone=everyone,
            share_bps=share_bps,
            compared_bps=compared_bps,
            salt=salt,
            epoch=epoch,
            requires=tuple(requires),
            included=frozenset(included),
            excluded=frozenset(excluded),
        )
        for name, stage, baseline, everyone, share_bps, compared_bps, salt, epoch, requires, included, excluded in rows
    ]
    return Snapshot(epoch=installation or 0, flags={flag.name: flag for flag in flags})
