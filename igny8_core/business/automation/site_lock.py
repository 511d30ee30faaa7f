"""The lock of a site: one worker at a time works on its runs.

Note [Why a connection of its own]: the lock is an advisory lock of a session, so it lives exactly as long as
its connection. A killed worker's connection is closed by the kernel, and nothing has to run out first. The
ORM's connection may be closed and opened again by anybody in between, the lock's would go unnoticed.

Note [Why the site and not the run]: a cancelled run's last unit may still be at work when the next run of the
site starts; the two must not take the same rows.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import psycopg
from django.db import connection

from migration_harness.api import connect_directly

LOCK: Final = 0x6175_746F
"""First key of the lock, the second is the site's id."""

_HELD = """
SELECT objid::bigint FROM pg_locks
WHERE locktype = 'advisory' AND classid = %s::bigint::oid AND objsubid = 2 AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
# A worker whose machine vanished sends nothing, so the database asks; without effect on a Unix socket.
_KEEPALIVE = "SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4"


class SiteLock:
    """A site's lock that is held."""

    def __init__(self, session: "psycopg.Connection[tuple[Any, ...]]") -> None:
        self._session = session

    def confirm(self) -> None:
        """Raise psycopg.OperationalError where the connection, and the lock with it, is gone."""
        self._session.execute("SELECT 1")


@contextmanager
def site_lock(site_id: int) -> Iterator[SiteLock | None]:
    """Take a site's lock for the block; gives None, at once, where somebody else holds it."""
    with connect_directly(name=f"automation of site {site_id}") as session:
        session.execute(_KEEPALIVE)
        row = session.execute("SELECT pg_try_advisory_lock(%s::integer, %s::integer)", [LOCK, site_id]).fetchone()
        try:
            yield SiteLock(session) if row and row[0] else None
        finally:
            # Closing alone gives the lock back a moment later, and whoever is told of the run meanwhile goes away.
            with suppress(psycopg.Error):
                session.execute("SELECT pg_advisory_unlock_all()")


def locked_sites() -> set[int]:
    """Return the ids of the sites whose lock somebody holds."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [LOCK])
        return {site_id for (site_id,) in cursor.fetchall()}
