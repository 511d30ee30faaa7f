"""The demo's rows, made once in a run and copied for each test that begins with them."""

from typing import Any

from django.apps import apps
from django.db import connection, transaction

from igny8_core.seed import seed_demo

_SEQUENCES = """
SELECT table_name, column_name, pg_get_serial_sequence(quote_ident(table_name), column_name)
FROM information_schema.columns
WHERE table_schema = current_schema AND table_name = ANY (%s)
  AND pg_get_serial_sequence(quote_ident(table_name), column_name) IS NOT NULL
"""


class KeptDemo:
    """What :func:`seed_demo` writes, and one text of SQL that writes the same rows again.

    Triggers are off while it runs: the rows have been through them. Where the user of the database may not switch them
    off, or one of the tables has rows already, the demo is made as everybody makes it.
    """

    def __init__(self) -> None:
        """Make the demo, and take it back."""
        with transaction.atomic(), connection.cursor() as cursor:
            empty = [table for table in _tables() if _are_empty(cursor, table)]
            seed_demo()
            self._tables = [table for table in empty if not _are_empty(cursor, table)]
            cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
            self._may_copy = cursor.fetchone()[0]
            self._copy = _copy_of(cursor, self._tables)
            transaction.set_rollback(True)

    def put(self) -> None:
        """Have the demo in this test's transaction."""
        with connection.cursor() as cursor:
            if self._may_copy and _are_empty(cursor, *self._tables):
                cursor.execute(self._copy)
            else:
                seed_demo()


def _tables() -> list[str]:
    return sorted(model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed)


def _are_empty(cursor: Any, *tables: str) -> bool:
    cursor.execute(f"SELECT NOT ({' OR '.join(f'EXISTS (SELECT FROM {table})' for table in tables)})")
    return bool(cursor.fetchone()[0])


def _copy_of(cursor: Any, tables: list[str]) -> str:
    """Return the SQL that writes these tables' rows as they are; their sequences go on behind them."""
    statements = ["SET session_replication_role = replica"]
    for table in tables:
        cursor.execute(f"SELECT quote_literal(array_agg(each)::text) FROM {table} AS each")
        statements.append(f"INSERT INTO {table} SELECT * FROM unnest({cursor.fetchone()[0]}::{table}[])")
    cursor.execute(_SEQUENCES, [tables])
    statements += [
        f"SELECT setval('{sequence}', greatest(nextval('{sequence}'), (SELECT max({column}) FROM {table})))"
        for table, column, sequence in cursor.fetchall()
    ]
    return ";\n".join([*statements, "RESET session_replication_role"])
