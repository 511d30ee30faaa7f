"""Comparisons that were made and are not in the log."""

from django.db import connection


def dropped_comparisons() -> dict[str, int]:
    """Return how many matches each seam has lost because a buffer was full; a seam without any is missing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seam, sum(dropped)::bigint FROM migration_harness_droppedcomparisons GROUP BY seam ORDER BY seam"
        )
        return dict(cursor.fetchall())
