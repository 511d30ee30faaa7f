"""Calls of deferred seams that wait for a worker."""

from dataclasses import dataclass
from datetime import datetime

from migration_harness.database import connection


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferredBacklog:
    """The calls of one seam and revision that wait.

    Attributes:
        seam: The seam.
        revision: What their comparisons are evidence for; only a worker that runs the same takes them.
        waiting: How many, with those that a worker is at.
        claimed: How many a worker is at.
        oldest_at: When the first of them was made.
        oldest_seconds: How long ago that is, by the database's clock.
    """

    seam: str
    revision: str
    waiting: int
    claimed: int
    oldest_at: datetime
    oldest_seconds: float


def deferred_backlogs() -> list[DeferredBacklog]:
    """Return what waits, by seam and revision."""
    with connection.cursor() as cursor:
        # On the schema of the revision before there is no such table.
        cursor.execute("SELECT to_regclass('migration_harness_deferredcall') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return []
        cursor.execute(
            "SELECT seam, revision, count(*), count(*) FILTER (WHERE claimed_until > clock_timestamp()), min(at), "
            "extract(epoch FROM clock_timestamp() - min(at))::float8 "
            "FROM migration_harness_deferredcall GROUP BY seam, revision ORDER BY seam, min(at)"
        )
        return [
            DeferredBacklog(
                seam=seam, revision=revision, waiting=waiting, claimed=claimed, oldest_at=at, oldest_seconds=seconds
            )
            for seam, revision, waiting, claimed, at, seconds in cursor.fetchall()
        ]
