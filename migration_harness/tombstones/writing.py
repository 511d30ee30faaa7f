"""Executions, lines, entries and beats in the database: one transaction, on a connection of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from migration_harness.deciding.direct import connect_directly
from migration_harness.deciding.processes import this_process
from migration_harness.reporting.periods import CONNECT_SECONDS, GRACE_SECONDS, Beat, begun, report, span
from migration_harness.tombstones.cells import Executed, Purpose
from migration_harness.tombstones.death import dead_since
from migration_harness.tombstones.declaring import Entry
from migration_harness.tombstones.lines import Seen

MOST: Final = 1_000
"""Rows that one day keeps; after them executions of an entry are added up, whoever called."""
OTHERS: Final = "others"

_HOURS: Final = "migration_harness_tombstonehour"
_LOCK: Final = (0x6861_7462, 0)
"""Of whoever writes executions: they wait for each other in no circle, and count alike what a day has already."""

_EXECUTED: Final = """
WITH placed AS (
    SELECT EXISTS (
        SELECT FROM migration_harness_legacyexecution e
        WHERE (e.day, e.entry, e.purpose, e.execution_path, e.revision, e.caller)
            = (%(day)s, %(entry)s, %(purpose)s, %(path)s, %(revision)s, %(caller)s)
    ) OR (SELECT count(*) FROM migration_harness_legacyexecution e WHERE e.day = %(day)s) < %(most)s AS has_place
)
INSERT INTO migration_harness_legacyexecution AS t
    (day, entry, purpose, execution_path, revision, caller, times, first_at, last_at)
SELECT %(day)s, %(entry)s, %(purpose)s, %(path)s, %(revision)s,
       CASE WHEN has_place THEN %(caller)s ELSE %(others)s END, %(times)s, %(first_at)s, %(last_at)s
FROM placed
ON CONFLICT (day, entry, purpose, execution_path, revision, caller) DO UPDATE SET
    times = t.times + excluded.times,
    first_at = least(t.first_at, excluded.first_at),
    last_at = greatest(t.last_at, excluded.last_at)
"""
_LINE: Final = """
INSERT INTO migration_harness_legacyline AS t (day, file, line, version, revision, first_at, last_at)
VALUES (%(day)s, %(file)s, %(line)s, %(version)s, %(revision)s, %(at)s, %(at)s)
ON CONFLICT (day, file, line, version, revision) DO UPDATE SET
    first_at = least(t.first_at, excluded.first_at), last_at = greatest(t.last_at, excluded.last_at)
"""
_DECLARED: Final = """
INSERT INTO migration_harness_legacyentry AS t (entry, revision, kind, owner, since, reason, first_at, last_at)
VALUES (%(entry)s, %(revision)s, %(kind)s, %(owner)s, %(since)s, %(reason)s, %(at)s, %(at)s)
ON CONFLICT (entry, revision) DO UPDATE SET
    kind = excluded.kind, owner = excluded.owner, since = excluded.since, reason = excluded.reason,
    last_at = excluded.last_at
"""
_RUNS: Final = """
INSERT INTO migration_harness_markedrevision AS t (revision, first_at, last_at, lines_from, entries_at)
VALUES (%(revision)s, %(at)s, %(at)s, %(lines_from)s, %(entries_at)s)
ON CONFLICT (revision) DO UPDATE SET
    last_at = excluded.last_at,
    lines_from = coalesce(t.lines_from, excluded.lines_from),
    entries_at = coalesce(excluded.entries_at, t.entries_at)
"""
_BEAT: Final = """
INSERT INTO migration_harness_tombstonereporter (id, host, pid, role, revision, began_at, beat_at)
VALUES (%(id)s, %(host)s, %(pid)s, %(role)s, %(revision)s, %(at)s, %(at)s)
ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at
"""
_OVER: Final = "DELETE FROM migration_harness_tombstonereporter WHERE id = %s"
_UNMARKED: Final = """
INSERT INTO migration_harness_unmarkedprocess AS t (host, pid, role, first_at, last_at)
SELECT DISTINCT ON (l.host, l.pid) l.host, l.pid, l.role, %(at)s::timestamptz, %(at)s::timestamptz
FROM migration_harness_lease l
WHERE l.expires_at > %(at)s AND l.taken_at < %(at)s - make_interval(secs => %(grace)s)
  AND NOT EXISTS (
      SELECT FROM migration_harness_tombstonereporter r WHERE (r.host, r.pid) = (l.host, l.pid)
  )
ORDER BY l.host, l.pid
ON CONFLICT (host, pid) DO UPDATE SET role = excluded.role, last_at = excluded.last_at
"""
"""Processes that decide and do not report: of a revision without tombstones, or one whose thread has died."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """Who writes: a process, its revision and last beat, whether this is the end of it, and whether it sees lines."""

    id: UUID
    revision: str
    last: Beat
    over: bool
    by_line: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Risen:
    """Executions for an answer of what was declared dead."""

    entry: str
    times: int
    path: str
    caller: str
    revision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Now:
    """What time it is by the database's clock and by this machine's."""

    at: datetime
    ns: int


def write(
    found: Sequence[Executed], *, new: Sequence[Entry], lost: int, reporting: Reporting, lines: Sequence[Seen] = ()
) -> tuple[Beat, list[Risen]]:
    """Write executions, lines, entries and a beat, and return what should have been dead.

    Raises what the database raises, and then nothing is written. Times are of the database's clock, as those of the
    errors are.
    """
    with (
        connect_directly(name=f"harness tombstones of {this_process()}", connect_timeout=CONNECT_SECONDS) as connection,
        connection.transaction(),
    ):
        at, ns = begun(connection, lock=_LOCK)
        now = _Now(at=at, ns=ns)
        for entry in new:
            connection.execute(_DECLARED, _entry_row(entry, reporting.revision, now.at))
        for each in sorted(found, key=lambda each: (each.entry, each.cell.purpose, each.cell.path)):
            connection.execute(_EXECUTED, _row(each, reporting.revision, now))
        _write_lines(connection, lines, reporting.revision, now)
        report(connection, hours=_HOURS, last=reporting.last, at=now.at, ns=now.ns, lost=lost)
        _beat(connection, reporting, now.at)
        risen = list(_risen(connection, found, reporting.revision, now))
    return Beat(at=now.at, ns=now.ns), risen


def _beat(connection: psycopg.Connection[Any], reporting: Reporting, at: datetime) -> None:
    process = this_process()
    row = {"id": reporting.id, "host": process.host, "pid": process.pid, "role": process.role, "at": at}
    connection.execute(_RUNS, _run_row(reporting, at))
    if reporting.over:
        connection.execute(_OVER, [reporting.id])
    else:
        connection.execute(_BEAT, row | {"revision": reporting.revision})
        connection.execute(_UNMARKED, {"at": at, "grace": GRACE_SECONDS})


def _run_row(reporting: Reporting, at: datetime) -> dict[str, Any]:
    return {
        "revision": reporting.revision, "at": at,
        "lines_from": at if reporting.by_line else None, "entries_at": None if reporting.by_line else at,
    }  # fmt: skip


def _write_lines(connection: psycopg.Connection[Any], lines: Sequence[Seen], revision: str, now: _Now) -> None:
    rows = [_line_row(each, revision, now) for each in lines]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_LINE, rows)


def _line_row(line: Seen, revision: str, now: _Now) -> dict[str, Any]:
    at = now.at - span(line.ns, now.ns)
    return {
        "day": at.astimezone(UTC).date(), "file": line.file, "line": line.line.number, "version": line.version,
        "revision": revision, "at": at,
    }  # fmt: skip


def _entry_row(entry: Entry, revision: str, at: datetime) -> dict[str, Any]:
    return {
        "entry": entry.name, "revision": revision, "kind": entry.kind.value, "owner": entry.owner,
        "since": entry.since, "reason": entry.reason, "at": at,
    }  # fmt: skip


def _row(each: Executed, revision: str, now: _Now) -> dict[str, Any]:
    first_at = now.at - span(each.look.ns, now.ns)
    # Of others than the first it is known that they came by now.
    last_at = first_at if each.times == 1 else now.at
    return {
        "day": last_at.astimezone(UTC).date(), "entry": each.entry, "purpose": each.cell.purpose.value,
        "path": each.cell.path, "revision": revision, "caller": each.look.caller, "times": each.times,
        "first_at": first_at, "last_at": last_at, "most": MOST, "others": OTHERS,
    }  # fmt: skip


def _risen(connection: psycopg.Connection[Any], found: Sequence[Executed], revision: str, now: _Now) -> Iterator[Risen]:
    answered = [each for each in found if each.cell.purpose is Purpose.ANSWER]
    dead = dead_since(connection) if answered else None
    for each in answered:
        if dead is not None and (each.times > 1 or now.at - span(each.look.ns, now.ns) >= dead):
            yield Risen(
                entry=each.entry, times=each.times, path=each.cell.path, caller=each.look.caller, revision=revision
            )
