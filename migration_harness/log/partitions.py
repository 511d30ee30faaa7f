"""The comparison log's partitions, one a day: made ahead, and dropped when they are old.

Note [No charge waits for a partition]: every charge writes to the log, so what is done to its table must not queue
before the charges. A partition is attached, which lets others write meanwhile, and one is dropped under a lock that is
waited for only briefly, and asked for again later.
"""

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Final

from django.db import IntegrityError, OperationalError
from django.utils import timezone

from migration_harness.database import connection, transaction
from migration_harness.sqlstates import LOCK_NOT_AVAILABLE, sqlstate_of

DAYS_AHEAD: Final = 7
TABLE: Final = "migration_harness_comparison"
LOCK_TIMEOUT: Final = "200ms"
TRIES: Final = 5
PAUSE_SECONDS: Final = 0.2

_IS_UNFOLDED: Final = """
SELECT EXISTS (
    SELECT FROM {table} WHERE xid >= (SELECT coalesce(max(watermark), 0)::text::xid8 FROM migration_harness_foldstate)
)
"""

_IS_IN_DEFAULT: Final = f"SELECT EXISTS (SELECT FROM {TABLE}_default WHERE at >= %s AND at < %s)"  # noqa: S608  Constants.


def prepare(*, days_ahead: int = DAYS_AHEAD) -> list[str]:
    """Make the missing partitions from today on; returns the names of those that were made.

    Rows of a day that was not made ahead are in the default partition. PostgreSQL refuses a partition for rows that
    are there, so that day stays in the default one.
    """
    today = timezone.now().astimezone(UTC).date()
    days = (today + timedelta(days=n) for n in range(days_ahead + 1))
    return [_name(day) for day in days if _with_patience(partial(_make, day))]


def drop_before(day: date) -> tuple[str, ...]:
    """Drop the partitions of the days before ``day`` that are in the rollups as a whole; returns their names."""
    old = [name for name, of_day in _partitions() if of_day < day]
    return tuple(name for name in old if _with_patience(partial(_drop, name)))


def _name(day: date) -> str:
    return f"{TABLE}_{day:%Y%m%d}"


def _partitions() -> Iterator[tuple[str, date]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [TABLE])
        names = sorted(name for (name,) in cursor.fetchall())
    for name in names:
        if found := re.fullmatch(rf"{TABLE}_(\d{{8}})", name):
            yield name, datetime.strptime(found[1], "%Y%m%d").replace(tzinfo=UTC).date()


def _make(day: date) -> bool:
    name, bounds = _name(day), [f"{day} 00:00+00", f"{day + timedelta(days=1)} 00:00+00"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        if cursor.fetchone()[0]:
            return False
        cursor.execute(_IS_IN_DEFAULT, bounds)
        if cursor.fetchone()[0]:
            return False
        try:
            with transaction.atomic():
                _attach(name, bounds)
        except IntegrityError:  # A row of this day has come meanwhile.
            return False
    return True


def _attach(name: str, bounds: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
        cursor.execute(f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)")
        cursor.execute(
            f"CREATE TRIGGER comparison_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {name} "
            "FOR EACH STATEMENT EXECUTE FUNCTION migration_harness_partition_guard()"
        )
        cursor.execute(f"ALTER TABLE {name} ENABLE ALWAYS TRIGGER comparison_append_only")
        cursor.execute(f"ALTER TABLE {TABLE} ATTACH PARTITION {name} FOR VALUES FROM (%s) TO (%s)", bounds)


def _drop(name: str) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
        # From here on nobody has a row in it that has not committed.
        cursor.execute(f"LOCK TABLE ONLY {TABLE} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(_IS_UNFOLDED.format(table=name))
        if cursor.fetchone()[0]:
            return False
        cursor.execute(f"DROP TABLE {name}")
    return True


def _with_patience(act: Callable[[], bool]) -> bool:
    """Return what ``act`` does; False where it never got its lock, and then the next hour tries again."""
    for _ in range(TRIES):
        try:
            return act()
        except OperationalError as error:
            if sqlstate_of(error) != LOCK_NOT_AVAILABLE:
                raise
            time.sleep(PAUSE_SECONDS)
    return False
