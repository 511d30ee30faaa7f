"""Follows what the database counts of tables that go as a whole, whoever uses them; each look adds what is new.

Note [Counters that begin anew]: a reset, a crash, a restore and a failover begin other counters, and what was counted
and not looked at is gone. So each look says what the counters belong to: timeline of the server, database, table, and
when they were last set back. Where that has changed, or a counter is lower than it was, the table is followed anew from
then, and of the time before nobody knows. A time without a look loses nothing: counters only rise.

What does not count: VACUUM, ANALYZE and autovacuum, by the server's own rule. A dump does, and so does a check of a
foreign key that leads to the table. What the harness reads itself is told apart: Note [Told before it shows] of
:mod:`migration_harness.tombstones.own_reads`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import DatabaseError

from migration_harness.database import connection, transaction
from migration_harness.isolation import read_committed
from migration_harness.models import LegacyTable, LegacyWatch
from migration_harness.tombstones import statements
from migration_harness.tombstones.tables import losing_tables

_TURN: Final = "SELECT pg_try_advisory_xact_lock(%s)"
_LOCK: Final = 0x6861_746C
_COUNTED: Final = """
SELECT clock_timestamp(),
       concat_ws(' ', substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8), d.datid, s.relid,
                 extract(epoch FROM d.stats_reset), extract(epoch FROM a.stats_reset)),
       coalesce(s.seq_scan, 0) + coalesce(s.idx_scan, 0),
       s.n_tup_ins + s.n_tup_upd + s.n_tup_del
FROM pg_stat_user_tables s
CROSS JOIN pg_stat_archiver a
JOIN pg_stat_database d ON d.datname = current_database()
WHERE s.relid = to_regclass(quote_ident(%s)) AND current_setting('track_counts')::boolean
"""
_USED: Final = """
INSERT INTO migration_harness_legacytableuse AS t (hour, "table", reads, writes, first_at, last_at)
VALUES (date_trunc('hour', %(until)s::timestamptz), %(table)s, %(reads)s, %(writes)s, %(since)s, %(until)s)
ON CONFLICT (hour, "table") DO UPDATE SET
    reads = t.reads + excluded.reads, writes = t.writes + excluded.writes, last_at = excluded.last_at
"""
_FOLLOWERS: Final = """
SELECT count(*) FROM pg_stat_replication
WHERE coalesce(application_name, '') NOT IN ('pg_basebackup', 'pg_receivewal')
"""
BEGUN_ANEW: Final = "its counters began anew with a reset, a crash, a restore or another server"
NOT_COUNTED: Final = "nothing was counted for a time (track_counts)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The counters of a table at one moment, and what they belong to."""

    at: datetime
    counted_by: str
    reads: int
    writes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What others did between two looks, and own reads that the counters do not show yet."""

    reads: int
    writes: int
    own_reads: int


def look() -> int:
    """Look once at every table that loses something; returns at how many. Safe at the same time, and at any."""
    losing = losing_tables()
    if not losing.names:
        return 0
    with read_committed(), connection.cursor() as cursor:
        cursor.execute(_TURN, [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        # Also inside somebody's transaction: what was read of counters before is not kept.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        for table in losing.wholes:
            _look_at(cursor, table)
        _watch(cursor)
    return len(losing.names)


def used_since(row: LegacyTable, counted: Counted) -> Used | None:
    """Return what came since a look; None where these are other counters. See Note [Counters that begin anew]."""
    reads, writes = counted.reads - row.reads, counted.writes - row.writes
    if counted.counted_by != row.counted_by or reads < 0 or writes < 0:
        return None
    own = min(reads, row.own_reads)
    return Used(reads=reads - own, writes=writes, own_reads=row.own_reads - own)


def _look_at(cursor: Any, table: str) -> None:
    # First the counters, then the row: what the harness has read is written before the counters show it.
    cursor.execute(_COUNTED, [table])
    found = cursor.fetchone()
    row = LegacyTable.objects.select_for_update().filter(table=table).first()
    if found is None:
        if row is not None:
            row.counted_by, row.broken = "", NOT_COUNTED
            row.save(update_fields=["counted_by", "broken"])
        return
    counted = Counted(at=found[0], counted_by=found[1], reads=found[2], writes=found[3])
    if row is None:
        _begin(table, counted)
    elif (used := used_since(row, counted)) is None:
        _begin_anew(row, counted)
    else:
        _go_on(cursor, row, counted, used)


def _begin(table: str, counted: Counted) -> None:
    LegacyTable.objects.create(
        table=table,
        counted_by=counted.counted_by,
        followed_from=counted.at,
        looked_at=counted.at,
        reads=counted.reads,
        writes=counted.writes,
    )


def _begin_anew(row: LegacyTable, counted: Counted) -> None:
    row.broken = row.broken if not row.counted_by and row.broken else BEGUN_ANEW
    row.followed_from, row.own_reads = counted.at, 0
    _at(row, counted)


def _go_on(cursor: Any, row: LegacyTable, counted: Counted, used: Used) -> None:
    if used.reads or used.writes:
        told = {"table": row.table, "reads": used.reads, "writes": used.writes}
        cursor.execute(_USED, told | {"since": row.looked_at, "until": counted.at})
    row.own_reads = used.own_reads
    _at(row, counted)


def _at(row: LegacyTable, counted: Counted) -> None:
    row.counted_by, row.looked_at = counted.counted_by, counted.at
    row.reads, row.writes = counted.reads, counted.writes
    row.save()


def _watch(cursor: Any) -> None:
    """Look at what other roles ran, and who follows this server."""
    cursor.execute("SELECT clock_timestamp()")
    (now,) = cursor.fetchone()
    watch = LegacyWatch.objects.select_for_update().filter(pk=1).first()
    watch = watch or LegacyWatch(pk=1, looked_at=now, calls={}, followers=0)
    cursor.execute(_FOLLOWERS)
    (followers,) = cursor.fetchone()
    if followers:
        watch.followers, watch.followers_at = followers, now
    try:
        with transaction.atomic():
            statements.follow(cursor, watch, losing_tables(), now=now)
    except DatabaseError as error:
        statements.give_up(watch, f"{statements.SOURCE} cannot be read: {str(error).splitlines()[0]}")
    watch.looked_at = now
    watch.save()
