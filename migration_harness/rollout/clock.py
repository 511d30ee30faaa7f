"""The one clock of rollouts: the database's, whichever machine looks."""

from datetime import datetime

from migration_harness.database import connection


def database_now() -> datetime:
    """Return the time by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return now  # type: ignore[no-any-return]  # A timestamptz.
