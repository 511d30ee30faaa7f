"""The rows around an operation: taken before it began, and put into a scratch database."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from django.apps import apps
from django.db.models import Model

from migration_harness.database import connection, transaction
from migration_harness.operations.declaring import RecordedModel, label_of, operations

MOST_ROWS: Final = 2_000
_SEQUENCES: Final = """
SELECT pg_get_serial_sequence(%s, column_name) FROM information_schema.columns
WHERE table_name = %s AND table_schema = ANY (current_schemas(false)) AND is_identity = 'YES'
"""
_COUNT: Final = "SELECT setval(%s, %s, %s)"
Rows = dict[str, list[dict[str, Any]]]
"""Columns of rows, by the name of their model."""


class TooMuch(Exception):
    """An operation reads more rows than a recording keeps."""


def own_rows(kind: str, arguments: Mapping[str, Any]) -> Rows | None:
    """Return the rows that an operation will read; None where the host does not say which. Raises TooMuch."""
    reads = operations().world.reads.get(kind)
    if reads is None:
        return None
    found: Rows = {}
    # In a savepoint of its own: what fails here must not spoil the caller's transaction.
    with transaction.atomic():
        for each in reads(**arguments):
            rows = [each] if isinstance(each, Model) else list(each[: MOST_ROWS + 1])
            if rows:
                _add(found, rows)
    if sum(map(len, found.values())) > MOST_ROWS:
        raise TooMuch
    return found


def shared_rows() -> Rows:
    """Return the rows of the tables that all operations read, with what is secret in them emptied."""
    return {each.model: _whole_table(each) for each in operations().world.shared}


def put(rows: Rows) -> None:
    """Put rows where these tables are, in place of what has their keys; triggers and foreign keys look away."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for label, columns in rows.items():
            _put(cursor, apps.get_model(label), columns)
        cursor.execute("SET LOCAL session_replication_role = origin")


def empty(labels: Iterable[str]) -> None:
    """Remove all rows of these models."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for label in labels:
            cursor.execute(f"DELETE FROM {_table(apps.get_model(label))}")  # noqa: S608  Django's own name for it.
        cursor.execute("SET LOCAL session_replication_role = origin")


@contextmanager
def counting_from(first: int) -> Iterator[None]:
    """Have each recorded table number its rows from here, the same in every run, and then go on where it was."""
    with connection.cursor() as cursor:
        before = [_counted(cursor, sequence) for sequence in _sequences(cursor)]
        for sequence, _, _ in before:
            cursor.execute(_COUNT, [sequence, first, False])
    try:
        yield
    finally:
        # A sequence knows no rollback.
        with connection.cursor() as cursor:
            for each in before:
                cursor.execute(_COUNT, each)


def _sequences(cursor: Any) -> list[str]:
    found: list[str] = []
    for each in operations().models:
        cursor.execute(_SEQUENCES, [each.table, each.table])
        found += [sequence for (sequence,) in cursor.fetchall()]
    return found


def _counted(cursor: Any, sequence: str) -> tuple[str, int, bool]:
    cursor.execute(f"SELECT last_value, is_called FROM {sequence}")  # noqa: S608  PostgreSQL's own name, quoted by it.
    last, is_called = cursor.fetchone()
    return sequence, last, is_called


def _add(found: Rows, rows: list[Any]) -> None:
    model = type(rows[0])
    there = {row[_key_of(model)] for row in found.get(label_of(model), ())}
    wanted = [row.pk for row in rows if row.pk not in there]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT to_jsonb(t) FROM {_table(model)} t WHERE {connection.ops.quote_name(_key_of(model))} = ANY(%s)"  # noqa: S608  Django's own names.
            " ORDER BY 1",
            [wanted],
        )
        found.setdefault(label_of(model), []).extend(_loaded(image) for (image,) in cursor.fetchall())


def _whole_table(model: RecordedModel) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(t) FROM {_table(model.of_django)} t ORDER BY 1")  # noqa: S608  Django's own name.
        rows = [_loaded(image) for (image,) in cursor.fetchall()]
    return [{name: _emptied(value) if name in model.secret else value for name, value in row.items()} for row in rows]


def _emptied(value: Any) -> Any:
    """Return what a column has that has nothing, whether or not it may be null."""
    return type(value)() if isinstance(value, str | list | dict) else None


def _put(cursor: Any, model: type[Model], rows: list[dict[str, Any]]) -> None:
    there = {field.column for field in model._meta.concrete_fields}  # noqa: SLF001  The documented way.
    if not rows:
        return
    quote, table = connection.ops.quote_name, _table(model)
    # Rows of one table have the same columns: all of them go in one statement.
    names = ", ".join(quote(name) for name in rows[0] if name in there)
    told, recordset = json.dumps(rows), f"jsonb_populate_recordset(NULL::{table}, %s)"
    key = quote(_key_of(model))
    cursor.execute(f"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {recordset})", [told])  # noqa: S608
    cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {recordset}", [told])  # noqa: S608


def _loaded(image: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(image) if isinstance(image, str) else image
    return loaded


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001  The documented way.


def _key_of(model: type[Model]) -> str:
    return str(model._meta.pk.column)  # noqa: SLF001  The documented way.
