"""What processes report, as tests write it themselves: covered hours, and nothing left of an earlier test."""

from datetime import timedelta

from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from migration_harness.deciding.direct import connect_directly


def remove_committed(*tables):
    """Remove what was committed past the test's transaction, of these tables of the harness."""
    with connect_directly(name="tests") as connection:
        for table in tables:
            connection.execute(f"DELETE FROM migration_harness_{table}")


def cover(model, start, end, *, gaps=(), lost=0):
    """Write hours of a model that say some process had told all in this period."""
    hour, rows = start.replace(minute=0, second=0, microsecond=0), []
    while hour < end:
        until = hour + timedelta(hours=1)
        rows.append(
            model(
                hour=hour,
                covered=Multirange([Range(max(start, hour), min(end, until))]),
                gaps=Multirange([Range(*gap) for gap in gaps if hour <= gap[0] < until]),
                lost=lost,
            )
        )
        hour = until
    model.objects.bulk_create(rows)
