"""What a backup is made of: the tables and columns that the plan drops, and the tables that say the stage."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

from migration_harness.database import connection
from migration_harness.exceptions import BackupImpossible
from migration_harness.plan import plan
from migration_harness.retire.drops import Drop, DroppedTable

STAGE_TABLES: Final = (
    "migration_harness_flag",
    "migration_harness_flagmember",
    "migration_harness_phaseadvance",
    "migration_harness_epoch",
)

_COLUMNS: Final = """
SELECT attname FROM pg_attribute
WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
_KEY: Final = """
SELECT a.attname FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k(attnum, place)
JOIN pg_attribute a ON a.attnum = k.attnum
WHERE i.indrelid = to_regclass(%s) AND i.indisprimary AND a.attrelid = i.indrelid ORDER BY k.place
"""


class Kind(StrEnum):
    """What becomes of a part with the deletion."""

    TABLE = "table"
    """It goes as a whole."""
    COLUMNS = "columns"
    """Columns of it go, and the table stays."""
    STAGE = "stage"
    """It stays, and says which side answered whom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A table, or some columns of one, as a backup has it.

    Attributes:
        kind: What becomes of it.
        table: Its name in the database.
        key: The columns by which a row is known again.
        columns: What is copied, the key first.
        secret: Those of them that are in clear nowhere but in the database.
    """

    kind: Kind
    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    secret: frozenset[str] = frozenset()

    @property
    def values(self) -> tuple[str, ...]:
        """The columns beside the key."""
        return self.columns[len(self.key) :]

    @property
    def name(self) -> str:
        """What it is called, for people."""
        return self.table if self.kind is not Kind.COLUMNS else f"{self.table} ({', '.join(self.values)})"


def parts() -> list[Part]:
    """Return all parts, as plan and database have them. Raises BackupImpossible."""
    drops = plan().drops
    if not drops:
        raise BackupImpossible("The plan drops nothing: give its phases drops=(DroppedTable(…), …) first.")
    return [*_dropped(drops), *(_table(name, kind=Kind.STAGE) for name in STAGE_TABLES)]


def dropped_parts() -> list[Part]:
    """Return the parts that go. Raises BackupImpossible."""
    return parts_of(plan().drops)


def parts_of(drops: Sequence[Drop]) -> list[Part]:
    """Return the parts of these tables and columns. Raises BackupImpossible."""
    return list(_dropped(drops))


def _dropped(drops: Sequence[Drop]) -> Iterator[Part]:
    for drop in drops:
        options = _options(drop)
        secret = _columns_of(_fields(options, drop.secret))
        if isinstance(drop, DroppedTable):
            fields = list(options.local_many_to_many)
            yield _table(options.db_table, kind=Kind.TABLE, secret=secret)
        else:
            fields = _fields(options, drop.fields)
            if columns := _columns_of(fields):
                yield _some(options.db_table, columns, secret=secret)
        yield from (_table(table, kind=Kind.TABLE) for table in _joining(fields))


def _options(drop: Drop) -> Any:
    """Return what Django knows of the model of a drop."""
    try:
        return apps.get_model(drop.model)._meta  # noqa: SLF001  Its public name.
    except (LookupError, ValueError):
        raise BackupImpossible(
            f"The plan drops {drop.model}, and no installed app has this model: correct its drops, or bring the code "
            "back that has it."
        ) from None


def _fields(options: Any, names: tuple[str, ...]) -> list[Any]:
    try:
        return [options.get_field(name) for name in names]
    except FieldDoesNotExist as error:
        raise BackupImpossible(f"The plan drops a field that is not there: {error}. Correct its drops.") from None


def _columns_of(fields: list[Any]) -> tuple[str, ...]:
    return tuple(field.column for field in fields if field.column is not None)


def _joining(fields: list[Any]) -> Iterator[str]:
    """Yield the tables that Django has made for fields of many to many."""
    for field in fields:
        if field.many_to_many and field.remote_field.through._meta.auto_created:  # noqa: SLF001
            yield field.m2m_db_table()


def _table(table: str, *, kind: Kind, secret: tuple[str, ...] = ()) -> Part:
    columns, key = _asked(_COLUMNS, table), _asked(_KEY, table)
    if not columns:
        raise BackupImpossible(f"The database has no table {table}: run python manage.py migrate, or restore it first.")
    # Without a primary key a row is known by all of it.
    key = key or columns
    rest = tuple(name for name in columns if name not in key)
    return Part(kind=kind, table=table, key=key, columns=(*key, *rest), secret=frozenset(secret))


def _some(table: str, columns: tuple[str, ...], *, secret: tuple[str, ...]) -> Part:
    there, key = _asked(_COLUMNS, table), _asked(_KEY, table)
    if missing := [name for name in columns if name not in there]:
        raise BackupImpossible(
            f"The table {table} has no column {', '.join(missing)}: run python manage.py migrate, or restore it first."
        )
    if not key:
        raise BackupImpossible(f"The table {table} has no primary key: nobody could give its columns back to its rows.")
    return Part(kind=Kind.COLUMNS, table=table, key=key, columns=(*key, *columns), secret=frozenset(secret))


def _asked(sql: str, table: str) -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [connection.ops.quote_name(table)])
        return tuple(name for (name,) in cursor.fetchall())
