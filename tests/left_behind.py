"""What a test that commits may not leave behind: triggers that are others, and a session in which they do not fire.

Rows are taken back after such a test, what it changed of the tables themselves is not; the tests that suffer from it
are those that the same worker has next, others in each run.
"""

from typing import Any, Final

import pytest
from django.db import connection

_TRIGGERS: Final = """
SELECT c.relname || '.' || t.tgname || ' ' || t.tgenabled::text || ' ' || encode(t.tgargs, 'escape')
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND NOT c.relispartition AND pg_table_is_visible(c.oid)
UNION ALL SELECT 'session_replication_role ' || current_setting('session_replication_role')
"""


class Triggers:
    """The triggers of the test database, as the last test left them."""

    def __init__(self) -> None:
        self._known = _seen()

    def compare(self) -> None:
        """Fail the test that has changed some; whoever comes after it begins with what is there."""
        seen = _seen()
        known, self._known = self._known, seen
        if changed := sorted(known ^ seen):
            pytest.fail(f"It leaves the database with other triggers: {', '.join(changed)}", pytrace=False)


def _seen() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS)
        return {line for (line,) in cursor.fetchall()}


def commits(request: Any) -> bool:
    """Whether a test's rows are committed."""
    mark = request.node.get_closest_marker("django_db")
    return "transactional_db" in request.fixturenames or bool(mark and mark.kwargs.get("transaction"))
