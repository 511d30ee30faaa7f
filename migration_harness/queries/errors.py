"""Errors of the log that were kept, and of which time anybody would have told of one."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from migration_harness.database import connection
from migration_harness.deciding.processes import Process
from migration_harness.evidence.quiet import FRESH, LoggedError, Period, Told, Vanished
from migration_harness.models import KeptError, ReportedHour, Reporter

_HOUR: Final = timedelta(hours=1)
_COVERED: Final = """
SELECT lower(period), upper(period)
FROM (SELECT unnest(range_agg(covered) - range_agg(gaps)) AS period
      FROM migration_harness_reportedhour WHERE hour > %s::timestamptz - interval '1 hour') known
ORDER BY 1
"""


def kept_errors(*, since: datetime) -> list[LoggedError]:
    """Return the errors that came since then, by day, the newest first; a day's are counted as a whole."""
    return [
        LoggedError(
            event=row.event, logger=row.logger, times=row.times, first_at=row.first_at, last_at=row.last_at,
            level=row.level, sample=row.sample,
        )
        for row in KeptError.objects.filter(last_at__gte=since).order_by("-last_at", "event", "logger")
    ]  # fmt: skip


def told(*, since: datetime, now: datetime) -> Told:
    """Return all that is known of the time since then."""
    return Told(
        errors=kept_errors(since=since),
        covered=tuple(_covered(since)),
        lost=tuple(
            Period(start=row.hour, end=row.hour + _HOUR)
            for row in ReportedHour.objects.filter(hour__gt=since - _HOUR, lost__gt=0).order_by("hour")
        ),
        vanished=tuple(
            Vanished(process=str(Process(host=row.host, pid=row.pid, role=row.role)), at=row.beat_at)
            for row in Reporter.objects.filter(beat_at__gte=since - FRESH, beat_at__lt=now - FRESH).order_by("beat_at")
        ),
    )


def _covered(since: datetime) -> Iterator[Period]:
    with connection.cursor() as cursor:
        cursor.execute(_COVERED, [since])
        for start, end in cursor.fetchall():
            yield Period(start=start, end=end)
