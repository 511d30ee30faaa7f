"""What tests of the tombstones write themselves, and how they look."""

from datetime import date, timedelta

from django.utils import timezone
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from migration_harness.deciding.direct import connect_directly
from migration_harness.models import (
    LegacyEntry,
    LegacyExecution,
    LegacyLine,
    MarkedRevision,
    TombstoneHour,
)
from migration_harness.tombstones.sources import version_of

TABLES = (
    "legacyentry", "legacyexecution", "legacyline", "markedrevision", "tombstonehour", "tombstonereporter",
    "unmarkedprocess",
)  # fmt: skip
ENTRY = "shop.legacy.price"
REVISION = "c3891a5"
FILE = "shop/legacy/price.py"
SOURCE = "def price(kind):\n    if kind:\n        return 1\n    return 2\n"


def removed(*tables):
    """Remove what was committed past the test's transaction: of these tables, or of all."""
    with connect_directly(name="tests") as connection:
        for table in tables or TABLES:
            connection.execute(f"DELETE FROM migration_harness_{table}")


def covered(start, end, *, gaps=(), lost=0):
    """Write that some process had told all it had executed in this period."""
    hour, rows = start.replace(minute=0, second=0, microsecond=0), []
    while hour < end:
        until = hour + timedelta(hours=1)
        rows.append(
            TombstoneHour(
                hour=hour,
                covered=Multirange([Range(max(start, hour), min(end, until))]),
                gaps=Multirange([Range(*gap) for gap in gaps if hour <= gap[0] < until]),
                lost=lost,
            )
        )
        hour = until
    TombstoneHour.objects.bulk_create(rows)


def marked(start, end, *, entry=ENTRY, revision=REVISION):
    """Write that processes of a revision ran which has a mark on this entry."""
    MarkedRevision.objects.update_or_create(revision=revision, defaults={"first_at": start, "last_at": end})
    LegacyEntry.objects.create(
        entry=entry, revision=revision, kind="code", owner="billing", since=date(2026, 11, 1), reason="It goes.",
        first_at=start, last_at=end,
    )  # fmt: skip


def an_execution(at, *, entry=ENTRY, purpose="answer", times=1, caller="shop/pay.py:7 in pay"):
    LegacyExecution.objects.create(
        day=at.date(), entry=entry, purpose=purpose, execution_path="scheduled", revision=REVISION, caller=caller,
        times=times, first_at=at, last_at=at,
    )  # fmt: skip


def version():
    return version_of(SOURCE.encode())


def a_line(line, *, at=None, of=None):
    at = at or timezone.now()
    LegacyLine.objects.create(
        day=at.date(), file=FILE, line=line, version=version() if of is None else of, revision=REVISION, first_at=at,
        last_at=at,
    )  # fmt: skip
