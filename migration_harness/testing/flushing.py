"""Empties a test database between tests, although nobody may empty the trail.

Note [Only a test database]: no setting lifts a trigger. Here whoever owns the tables takes off those that refuse
TRUNCATE, and puts them back in the same transaction; in a process that a test runner has prepared, and at a database
that the runner has made.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from django.apps import apps

from migration_harness.conf import in_a_test_run, setting
from migration_harness.database import alias, connection, transaction

_MEETING_TRUNCATE: Final = """
SELECT t.tgrelid::regclass::text, quote_ident(t.tgname), t.tgenabled
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND t.tgtype & 32 > 0 AND t.tgenabled <> 'D' AND pg_table_is_visible(c.oid)
  AND (starts_with(c.relname, 'migration_harness_') OR c.relname = ANY (%s))
ORDER BY 1, 2
"""
_AS_IT_WAS: Final = {"O": "ENABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA"}


def is_of_a_test(database: str) -> bool:
    """Tell whether the harness is at this alias, and its database one of tests. Note [Only a test database]."""
    return database == alias() and in_a_test_run() and _was_made_for_tests(connection.settings_dict)


@contextmanager
def unguarded() -> Iterator[None]:
    """Have Django's flush run its statements while nothing refuses TRUNCATE."""
    ops: Any = connection.ops
    ops.execute_sql_flush = partial(_flush, ops.execute_sql_flush)
    try:
        yield
    finally:
        del ops.execute_sql_flush


def _flush(flush: Callable[[Sequence[str]], None], statements: Sequence[str]) -> None:
    if not statements:
        flush(statements)
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MEETING_TRUNCATE, [list(setting("APPEND_ONLY", ()))])
        guards = cursor.fetchall()
        for table, trigger, _ in guards:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        flush(statements)
        for table, trigger, enabled in guards:
            cursor.execute(f"ALTER TABLE {table} {_AS_IT_WAS[enabled]} TRIGGER {trigger}")


def _was_made_for_tests(of: dict[str, Any]) -> bool:
    """Tell whether a database has another name than in the settings, or the one that they give it for tests."""
    name, app = of["NAME"], apps.get_app_config("migration_harness")
    return bool(name != vars(app)["database_name"] or name == of["TEST"]["NAME"])
