"""What tests of the errors write themselves, and how they look."""

from datetime import UTC, datetime, timedelta

from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from migration_harness.deciding.direct import connect_directly
from migration_harness.models import KeptError, ReportedHour

TABLES = ("kepterror", "reportedhour", "reporter")


def removed():
    """Remove what was committed past the test's transaction."""
    with connect_directly(name="tests") as connection:
        for table in TABLES:
            connection.execute(f"DELETE FROM migration_harness_{table}")


def covered(start, end, *, gaps=(), lost=0):
    """Write that some process had told all it had seen in this period."""
    hour, rows = start.replace(minute=0, second=0, microsecond=0), []
    while hour < end:
        until = hour + timedelta(hours=1)
        rows.append(
            ReportedHour(
                hour=hour,
                covered=Multirange([Range(max(start, hour), min(end, until))]),
                gaps=Multirange([Range(*gap) for gap in gaps if hour <= gap[0] < until]),
                lost=lost,
            )
        )
        hour = until
    ReportedHour.objects.bulk_create(rows)


def an_error(at, *, event="shop.refused", times=1, first_at=None, level="error"):
    KeptError.objects.create(
        day=at.astimezone(UTC).date(), event=event, logger="shop", level=level, times=times, first_at=first_at or at,
        last_at=at, sample="ValueError in shop.pay, line 3",
    )  # fmt: skip


def at(day, hour=0, minute=0, second=0):
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)
