"""Which tables have the trigger that captures rows: exactly those of the declared models, after every migrate."""

from collections.abc import Mapping
from typing import Any, Final

from migration_harness.database import alias, connection, transaction
from migration_harness.operations.declaring import RecordedModel, operations

NAME: Final = "harness_capture"
_THERE: Final = """
SELECT c.relname, encode(t.tgargs, 'escape'), coalesce(pg_get_expr(t.tgqual, t.tgrelid), '')
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgname = %s AND pg_table_is_visible(c.oid)
"""
_WHEN: Final = "migration_harness_is_recording()"
_TABLES: Final = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND pg_table_is_visible(oid)"
_FUNCTION: Final = "SELECT to_regproc('migration_harness_is_recording') IS NOT NULL"
"""The last one that they need: before its migration there are none."""


def install(**_: Any) -> None:
    """Give each declared table its trigger, and take it from the others; nothing where all is as declared.

    A table gets it under a lock that its writers wait for: a moment, once.
    """
    wanted = {each.table: each for each in operations().models}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_FUNCTION)
        if not cursor.fetchone()[0]:
            return
        there, tables = _there(cursor), _tables(cursor)
        for table in there.keys() - wanted.keys():
            cursor.execute(f"DROP TRIGGER {NAME} ON {_quoted(table)}")
        for table, model in wanted.items():
            if table in tables and there.get(table) != _parts(model):
                cursor.execute(_statement(model))


def install_after_migrate(*, using: str, **_: Any) -> None:
    """Install where the harness keeps its tables; for Django's signal."""
    if using == alias():
        install()


def lacking() -> list[str]:
    """Return the declared models whose table has no such trigger, or another one: their rows are not recorded."""
    with connection.cursor() as cursor:
        there = _there(cursor)
    return [each.model for each in operations().models if there.get(each.table) != _parts(each)]


def _there(cursor: Any) -> Mapping[str, tuple[str, str]]:
    cursor.execute(_THERE, [NAME])
    return {table: (arguments, when) for table, arguments, when in cursor.fetchall()}


def _tables(cursor: Any) -> set[str]:
    cursor.execute(_TABLES)
    return {table for (table,) in cursor.fetchall()}


def _parts(model: RecordedModel) -> tuple[str, str]:
    """Return the trigger's arguments as PostgreSQL keeps them, each ended by a zero, and what it asks first."""
    return "".join(f"{column}\\000" for column in model.secret), _WHEN


def _statement(model: RecordedModel) -> str:
    secret = ", ".join("'{}'".format(column.replace("'", "''")) for column in model.secret)
    return (
        f"CREATE OR REPLACE TRIGGER {NAME} AFTER INSERT OR UPDATE OR DELETE ON {_quoted(model.table)} FOR EACH ROW "
        f"WHEN ({_WHEN}) EXECUTE FUNCTION migration_harness_capture_row({secret})"
    )


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
