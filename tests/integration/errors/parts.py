"""What tests of the errors write themselves, and how they look."""

from datetime import UTC, datetime

from migration_harness.models import KeptError, ReportedHour

from ..reported import cover, remove_committed

TABLES = ("kepterror", "reportedhour", "reporter")


def removed():
    """Remove what was committed past the test's transaction."""
    remove_committed(*TABLES)


def covered(start, end, *, gaps=(), lost=0):
    """Write that some process had told all it had seen in this period."""
    cover(ReportedHour, start, end, gaps=gaps, lost=lost)


def an_error(at, *, event="shop.refused", times=1, first_at=None, level="error"):
    KeptError.objects.create(
        day=at.astimezone(UTC).date(), event=event, logger="shop", level=level, times=times, first_at=first_at or at,
        last_at=at, sample="ValueError in shop.pay, line 3",
    )  # fmt: skip


def at(day, hour=0, minute=0, second=0):
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)
