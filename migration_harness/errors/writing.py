"""Errors and beats in the database: one transaction, on a connection that begins and ends with it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from migration_harness.deciding.direct import connect_directly
from migration_harness.deciding.processes import this_process
from migration_harness.errors.counts import MOST, OTHERS, Named, Seen
from migration_harness.reporting.periods import CONNECT_SECONDS, Beat, begun, report, span

_HOURS: Final = "migration_harness_reportedhour"
_LOCK: Final = (0x6861_6572, 0)
"""Of whoever writes errors: they wait for each other in no circle, and count alike what a day has already."""

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
_BEAT: Final = """
INSERT INTO migration_harness_reporter (id, host, pid, role, began_at, beat_at)
VALUES (%(id)s, %(host)s, %(pid)s, %(role)s, %(at)s, %(at)s)
ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at
"""
_OVER: Final = "DELETE FROM migration_harness_reporter WHERE id = %s"


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
        at, ns = begun(connection, lock=_LOCK)
        for named, each in sorted(seen.items()):
            _keep(connection, named, each, at=at, ns=ns)
        report(connection, hours=_HOURS, last=last, at=at, ns=ns, lost=lost)
        if over:
            connection.execute(_OVER, [reporter])
        else:
            row = {"id": reporter, "host": process.host, "pid": process.pid, "role": process.role, "at": at}
            connection.execute(_BEAT, row)
    return Beat(at=at, ns=ns)


def _keep(connection: psycopg.Connection[Any], named: Named, seen: Seen, *, at: datetime, ns: int) -> None:
    connection.execute(
        _KEEP,
        {
            "event": named.event, "logger": named.logger, "level": seen.level, "sample": seen.sample,
            "times": seen.times, "first": span(seen.first_ns, ns), "last": span(seen.last_ns, ns),
            "at": at, "most": MOST, "other_event": OTHERS.event, "other_logger": OTHERS.logger,
        },
    )  # fmt: skip
