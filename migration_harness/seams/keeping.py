"""Keeps what each revision was made of, so that it can be said later what has changed.

It is noted when a seam gets its revision, and written by the thread that holds the lease: no call asks the database for
it, and none fails with it. Every process writes what it has compared with; the first one's row stays.
"""

import json
from typing import Any, Final

import psycopg

from migration_harness.seams.parts import Parts

_PATIENCE: Final = "200ms"
"""A schema migration that holds the table must not hold up the lease."""
_KEEP: Final = """
INSERT INTO migration_harness_revision (seam, revision, parts) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING
"""

_waiting: dict[tuple[str, str], Parts] = {}


def note(seam: str, revision: str, parts: Parts) -> None:
    """Have a revision kept soon."""
    _waiting[seam, revision] = parts


def keep(database: "psycopg.Connection[Any]") -> None:
    """Write what was noted; raises what the database raises, and then it stays noted."""
    for key, parts in list(_waiting.items()):
        try:
            with database.transaction():
                database.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
                database.execute(_KEEP, [*key, json.dumps(parts)])
        except psycopg.DataError:
            # A name that PostgreSQL keeps in no text: it will not become another one.
            pass
        _waiting.pop(key, None)


def forget() -> None:
    """Begin anew, between tests: nothing is noted."""
    _waiting.clear()
