"""Errors and beats in the database: one transaction, on a connection that begins and ends with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import psycopg

from migration_harness.deciding.clock import NANOSECONDS, boot_ns
from migration_harness.deciding.direct import connect_directly
from migration_harness.deciding.processes import this_process
from migration_harness.errors.counts import MOST, OTHERS, Named, Seen

GRACE_SECONDS: Final = 60
"""After which a process that has not written has a gap, or has vanished."""
CONNECT_SECONDS: Final = 2
"""How long it waits for a database that does not answer."""
STATEMENT_MS: Final = 5_000

_CLOCKS_AGREE: Final = timedelta(seconds=2)
_HOUR: Final = timedelta(hours=1)
_MOST_HOURS: Final = 1_000
"""Of a gap that is written; a longer one is older than anybody asks."""
_LOCK: Final = (0x6861_6572, 0)
"""Of whoever writes errors: they wait for each other in no circle, and count alike what a day has already."""

_BOUND: Final = "SELECT set_config('statement_timeout', %s, true)"
_WAIT: Final = "SELECT pg_advisory_xact_lock(%s, %s)"
_KEEP: Final = """
WITH seen AS (SELECT %(at)s::timestamptz - %(first)s::interval AS first_at,
                     %(at)s::timestamptz - %(last)s::interval AS last_at),
placed AS (
    SELECT seen.*, day,
           EXISTS (SELECT FROM migration_harness_kepterror k
                   WHERE k.day = of.day AND k.event = %(event)s AND k.logger = %(logger)s)
           OR (SELECT count(*) FROM migration_harness_kepterror k WHERE k.day = of.day) < %(most)s AS has_place
    FROM seen, LATERAL (SELECT (last_at AT TIME ZONE 'UTC')::date AS day) of
)
INSERT INTO migration_harness_kepterror AS t (day, event, logger, level, times, first_at, last_at, sample)
SELECT day, CASE WHEN has_place THEN %(event)s ELSE %(other_event)s END,
       CASE WHEN has_place THEN %(logger)s ELSE %(other_logger)s END,
       %(level)s, %(times)s, first_at, last_at, %(sample)s
FROM placed
ON CONFLICT (day, event, logger) DO UPDATE SET
    times = t.times + excluded.times,
    first_at = least(t.first_at, excluded.first_at),
    last_at = greatest(t.last_at, excluded.last_at),
    level = CASE WHEN excluded.last_at >= t.last_at THEN excluded.level ELSE t.level END,
    sample = CASE WHEN excluded.last_at >= t.last_at THEN excluded.sample ELSE t.sample END
"""
_REPORT: Final = """
INSERT INTO migration_harness_reportedhour AS t (hour, covered, gaps, lost)
VALUES (%(hour)s, %(covered)s::tstzmultirange, %(gaps)s::tstzmultirange, %(lost)s)
ON CONFLICT (hour) DO UPDATE SET
    covered = t.covered + excluded.covered, gaps = t.gaps + excluded.gaps, lost = t.lost + excluded.lost
"""
_BEAT: Final = """
INSERT INTO migration_harness_reporter (id, host, pid, role, began_at, beat_at)
VALUES (%(id)s, %(host)s, %(pid)s, %(role)s, %(at)s, %(at)s)
ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at
"""
_OVER: Final = "DELETE FROM migration_harness_reporter WHERE id = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """When a process has written all it had seen, by the database's clock and by its own; ``at`` is None before it."""

    at: datetime | None
    ns: int


def write(seen: Mapping[Named, Seen], *, lost: int, reporter: UUID, last: Beat, over: bool) -> Beat:
    """Write errors and a beat; raises what the database raises, and then nothing is written.

    Times are of the database's clock: an error's age and the time since the last beat are measured by one that nobody
    can set. What came since the last beat is covered, unless that was too long ago: then nobody knows what else of this
    machine was not told.
    """
    process = this_process()
    with (
        connect_directly(name=f"harness errors of {process}", connect_timeout=CONNECT_SECONDS) as connection,
        connection.transaction(),
    ):
        at, ns = _begun(connection)
        for named, each in sorted(seen.items()):
            _keep(connection, named, each, at=at, ns=ns)
        _report(connection, last, at=at, ns=ns, lost=lost)
        if over:
            connection.execute(_OVER, [reporter])
        else:
            row = {"id": reporter, "host": process.host, "pid": process.pid, "role": process.role, "at": at}
            connection.execute(_BEAT, row)
    return Beat(at=at, ns=ns)


def _begun(connection: psycopg.Connection[Any]) -> tuple[datetime, int]:
    """Return what time it is by both clocks, when nobody else writes."""
    connection.execute(_BOUND, [f"{STATEMENT_MS}"])
    connection.execute(_WAIT, _LOCK)
    ns = boot_ns()
    ((at,),) = connection.execute("SELECT clock_timestamp()").fetchall()
    return at.astimezone(UTC), ns


def _keep(connection: psycopg.Connection[Any], named: Named, seen: Seen, *, at: datetime, ns: int) -> None:
    connection.execute(
        _KEEP,
        {
            "event": named.event, "logger": named.logger, "level": seen.level, "sample": seen.sample,
            "times": seen.times, "first": _span(seen.first_ns, ns), "last": _span(seen.last_ns, ns),
            "at": at, "most": MOST, "other_event": OTHERS.event, "other_logger": OTHERS.logger,
        },
    )  # fmt: skip


def _report(connection: psycopg.Connection[Any], last: Beat, *, at: datetime, ns: int, lost: int) -> None:
    since = _span(last.ns, ns)
    start = at - since
    if last.at is not None and abs(last.at - start) < _CLOCKS_AGREE:
        # So that beats leave nothing between them.
        start = last.at
    column = "gaps" if since.total_seconds() > GRACE_SECONDS else "covered"
    for hour, period in _by_hour(start, at):
        row = {"hour": hour, "covered": "{}", "gaps": "{}", "lost": 0} | {column: period}
        connection.execute(_REPORT, row | ({"lost": lost} if hour + _HOUR > at else {}))


def _by_hour(start: datetime, end: datetime) -> Iterator[tuple[datetime, str]]:
    """Yield the hours of a period, each with its part as PostgreSQL reads it."""
    start = max(start, end - _MOST_HOURS * _HOUR)
    hour = start.replace(minute=0, second=0, microsecond=0)
    while hour <= end:
        yield hour, f"{{[{max(start, hour).isoformat()},{min(end, hour + _HOUR).isoformat()})}}"
        hour += _HOUR


def _span(before_ns: int, ns: int) -> timedelta:
    return timedelta(microseconds=max(0, ns - before_ns) // (NANOSECONDS // 1_000_000))
