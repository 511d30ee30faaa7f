"""Of which periods a process has told: each beat covers the time since the one before, or says that nobody knows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg
from psycopg import sql

from migration_harness.deciding.clock import NANOSECONDS, boot_ns

GRACE_SECONDS: Final = 60
"""After which a process that has not written has a gap, or has vanished."""
CONNECT_SECONDS: Final = 2
"""How long it waits for a database that does not answer."""
STATEMENT_MS: Final = 5_000

_CLOCKS_AGREE: Final = timedelta(seconds=2)
_HOUR: Final = timedelta(hours=1)
_MOST_HOURS: Final = 1_000
"""Of a gap that is written; a longer one is older than anybody asks."""

_BOUND: Final = "SELECT set_config('statement_timeout', %s, true)"
_WAIT: Final = "SELECT pg_advisory_xact_lock(%s, %s)"
_REPORT: Final = sql.SQL("""
INSERT INTO {hours} AS t (hour, covered, gaps, lost)
VALUES (%(hour)s, %(covered)s::tstzmultirange, %(gaps)s::tstzmultirange, %(lost)s)
ON CONFLICT (hour) DO UPDATE SET
    covered = t.covered + excluded.covered, gaps = t.gaps + excluded.gaps, lost = t.lost + excluded.lost
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """When a process has written all it had seen, by the database's clock and by its own; ``at`` is None before it."""

    at: datetime | None
    ns: int


def begun(connection: psycopg.Connection[Any], *, lock: tuple[int, int]) -> tuple[datetime, int]:
    """Return what time it is by both clocks, when nobody else writes who takes this lock."""
    connection.execute(_BOUND, [f"{STATEMENT_MS}"])
    connection.execute(_WAIT, lock)
    ns = boot_ns()
    ((at,),) = connection.execute("SELECT clock_timestamp()").fetchall()
    return at.astimezone(UTC), ns


def report(connection: psycopg.Connection[Any], *, hours: str, last: Beat, at: datetime, ns: int, lost: int) -> None:
    """Write that all is told up to now, into the table ``hours``: covered, or a gap where the last beat is long ago."""
    since = span(last.ns, ns)
    start = at - since
    if last.at is not None and abs(last.at - start) < _CLOCKS_AGREE:
        # So that beats leave nothing between them.
        start = last.at
    column = "gaps" if since.total_seconds() > GRACE_SECONDS else "covered"
    statement = _REPORT.format(hours=sql.Identifier(hours))
    for hour, period in _by_hour(start, at):
        row = {"hour": hour, "covered": "{}", "gaps": "{}", "lost": 0} | {column: period}
        connection.execute(statement, row | ({"lost": lost} if hour + _HOUR > at else {}))


def span(before_ns: int, ns: int) -> timedelta:
    """Return what lies between two readings of the boot clock; nothing where the first is the later one."""
    return timedelta(microseconds=max(0, ns - before_ns) // (NANOSECONDS // 1_000_000))


def _by_hour(start: datetime, end: datetime) -> Iterator[tuple[datetime, str]]:
    """Yield the hours of a period, each with its part as PostgreSQL reads it."""
    start = max(start, end - _MOST_HOURS * _HOUR)
    hour = start.replace(minute=0, second=0, microsecond=0)
    while hour <= end:
        yield hour, f"{{[{max(start, hour).isoformat()},{min(end, hour + _HOUR).isoformat()})}}"
        hour += _HOUR
