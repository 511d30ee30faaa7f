"""The comparison log's partitions, one a day, made ahead."""

from datetime import timedelta
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

DAYS_AHEAD: Final = 7
TABLE: Final = "migration_harness_comparison"


def prepare(*, days_ahead: int = DAYS_AHEAD) -> list[str]:
    """Make the missing partitions from tomorrow on; returns their names.

    Today's rows may already be in the default partition, and PostgreSQL refuses a partition for rows
    that are there; so a day that was not made ahead stays in the default one.
    """
    made = []
    tomorrow = timezone.now().date() + timedelta(days=1)
    for day in (tomorrow + timedelta(days=n) for n in range(days_ahead)):
        name = f"{TABLE}_{day:%Y%m%d}"
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s)", [name])
            if cursor.fetchone()[0] is not None:
                continue
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            cursor.execute(
                f"CREATE TABLE {name} PARTITION OF {TABLE} FOR VALUES FROM (%s) TO (%s)",
                [day.isoformat(), (day + timedelta(days=1)).isoformat()],
            )
        made.append(name)
    return made
