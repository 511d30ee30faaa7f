"""Comparisons that were made and are not in the log."""

from migration_harness.database import connection


def dropped_comparisons() -> dict[str, int]:
    """Return how many matches each seam has lost because a buffer was full; a seam without any is missing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seam, sum(dropped)::bigint FROM migration_harness_droppedcomparisons WHERE dropped > 0 "
            "GROUP BY seam ORDER BY seam"
        )
        return dict(cursor.fetchall())


def comparisons_set_aside() -> dict[str, int]:
    """Return how many comparisons of each seam could not be written; a seam without any is missing."""
    with connection.cursor() as cursor:
        # As an object: on the schema of the revision before there is no such column.
        cursor.execute(
            "SELECT seam, sum((to_jsonb(t) ->> 'set_aside')::bigint)::bigint AS total "
            "FROM migration_harness_droppedcomparisons t WHERE (to_jsonb(t) ->> 'set_aside')::bigint > 0 "
            "GROUP BY seam ORDER BY seam"
        )
        return dict(cursor.fetchall())
