"""The way past the triggers of ``sql/flags.sql``: a flag changes inside an operation, with the newest epoch."""

from collections.abc import Iterator
from contextlib import contextmanager

from migration_harness.database import connection


@contextmanager
def operation() -> Iterator[None]:
    """Let this transaction past the triggers of flags and members, until the block ends.

    After an error there is nothing to take back: the rollback restores the setting.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('harness.operation', pg_current_xact_id()::text, true)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('harness.operation', '', true)")


def next_epoch() -> int:
    """Raise the epoch, and return it. Flips wait here for each other, up to their commits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO migration_harness_epoch (id, value) VALUES (1, 1) "
            "ON CONFLICT (id) DO UPDATE SET value = migration_harness_epoch.value + 1 RETURNING value"
        )
        return int(cursor.fetchone()[0])
