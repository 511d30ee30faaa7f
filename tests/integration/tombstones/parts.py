"""What tests of the tombstones write themselves, and how they look."""

from datetime import date

from django.utils import timezone

from migration_harness.models import (
    LegacyDeclaration,
    LegacyEntry,
    LegacyExecution,
    LegacyLine,
    LegacyTable,
    LegacyWatch,
    MarkedRevision,
    TombstoneHour,
)
from migration_harness.tombstones.sources import version_of

from ..reported import cover, remove_committed

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
    remove_committed(*(tables or TABLES))


def covered(start, end, *, gaps=(), lost=0):
    """Write that some process had told all it had executed in this period."""
    cover(TombstoneHour, start, end, gaps=gaps, lost=lost)


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


def followed(start, *, looked_at=None, table="billing_creditcostconfig"):
    """Write that the counters of a table were followed from then on, and that statements are kept nowhere."""
    at = looked_at or timezone.now()
    LegacyTable.objects.create(
        table=table, counted_by="1", followed_from=start, looked_at=at, reads=7, writes=0, broken=""
    )
    LegacyWatch.objects.create(
        pk=1, looked_at=at, calls={}, followers=0, missing="pg_stat_statements is not installed in this database"
    )


def declared(until, *, at=None, ended_at=None):
    """Write that a person said nobody else uses legacy data."""
    at = at or timezone.now()
    LegacyDeclaration.objects.create(actor="ann", reason="Only we sign in.", at=at, until=until, ended_at=ended_at)


def version():
    return version_of(SOURCE.encode())


def a_line(line, *, at=None, of=None):
    at = at or timezone.now()
    LegacyLine.objects.create(
        day=at.date(), file=FILE, line=line, version=version() if of is None else of, revision=REVISION, first_at=at,
        last_at=at,
    )  # fmt: skip
