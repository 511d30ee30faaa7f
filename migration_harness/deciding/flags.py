"""Flags from the database into a snapshot, and a changed flag in the announcement of its flip."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from migration_harness.database import connection
from migration_harness.deciding.snapshot import FlagState, Snapshot
from migration_harness.deciding.stages import stage_named

MAX_ANNOUNCEMENT_BYTES: Final = 7_900
"""PostgreSQL refuses a NOTIFY of 8,000 bytes; a flag with more members is loaded instead."""

_SNAPSHOT_SQL = """
SELECT (SELECT value FROM migration_harness_epoch),
       f.name, f.stage, f.baseline, f.everyone, f.share_bps, f.compared_bps, f.salt, f.epoch, f.requires, f.has_store,
       f.retired,
       coalesce(array_agg(m.account_id) FILTER (WHERE m.included), '{}'),
       coalesce(array_agg(m.account_id) FILTER (WHERE NOT m.included), '{}')
FROM migration_harness_flag f LEFT JOIN migration_harness_flagmember m ON m.flag_id = f.id
WHERE %(name)s::text IS NULL OR f.name = %(name)s
GROUP BY f.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What a flip tells every process: the epoch it took and, where it fits, the flag as it is now."""

    epoch: int
    flag: FlagState | None = None

    @classmethod
    def of(cls, *, name: str, epoch: int) -> str:
        """Return the payload of a flip, read in the transaction of the flip."""
        with connection.cursor() as cursor:
            cursor.execute(_SNAPSHOT_SQL, {"name": name})
            (row,) = cursor.fetchall()
        state = _flag_state(*row[1:])
        if state.retired:
            # A process of the code before reads no such field; whoever hears the epoch alone loads the flags.
            return json.dumps({"epoch": epoch})
        flag = asdict(state)
        del flag["retired"]
        flag |= {"included": sorted(flag["included"]), "excluded": sorted(flag["excluded"])}
        payload = json.dumps({"epoch": epoch, "flag": flag}, separators=(",", ":"))
        return payload if len(payload.encode()) <= MAX_ANNOUNCEMENT_BYTES else json.dumps({"epoch": epoch})

    @classmethod
    def read(cls, payload: str) -> Self:
        """Return the announcement of a payload."""
        told = json.loads(payload)
        flag = told.get("flag")
        if flag is None:
            return cls(epoch=told["epoch"])
        flag |= {name: frozenset(flag[name]) for name in ("included", "excluded")}
        stages = {name: stage_named(flag[name]) for name in ("stage", "baseline")}
        return cls(epoch=told["epoch"], flag=FlagState(**(flag | stages | {"requires": tuple(flag["requires"])})))

    def applied_to(self, snapshot: Snapshot) -> Snapshot | None:
        """Return the snapshot after this flip; None where more than this flip is between them.

        Every epoch is the change of one flag, so the state at an epoch is that of the one before with this flag.
        """
        if self.flag is None or self.epoch != snapshot.epoch + 1:
            return None
        return Snapshot(epoch=self.epoch, flags={**snapshot.flags, self.flag.name: self.flag})


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
        cursor.execute(_SNAPSHOT_SQL, {"name": None})
        found = cursor.fetchall()
    installation = found[0][0] if found else load_epoch(database)
    flags = [_flag_state(*row[1:]) for row in found]
    return Snapshot(epoch=installation or 0, flags={flag.name: flag for flag in flags})


def _flag_state(name: str, stage: str, baseline: str, *rest: Any) -> FlagState:
    everyone, share_bps, compared_bps, salt, epoch, requires, has_store, retired, included, excluded = rest
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
        retired=retired,
        included=frozenset(included),
        excluded=frozenset(excluded),
    )
