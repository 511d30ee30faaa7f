"""How tests wait for what other threads and processes do: for the thing itself, as long as a busy machine may need."""

import time
from typing import Final

from django.db import connection

PATIENCE_SECONDS: Final = 120.0
"""No test waits so long where all is well. It is no measure of speed: what does not come within it does not come."""


def until(condition, *, seconds=PATIENCE_SECONDS):
    """Wait for a condition to hold; returns its value, fails after ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError(f"did not happen within {seconds} s")


def somebody_waits_for_a_lock():
    """Tell whether a session of this test's database waits for another one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid "
            "WHERE a.datname = current_database() AND NOT l.granted)"
        )
        return cursor.fetchone()[0]


def given_back(*keys):
    """Tell whether nobody of this test's database holds an advisory lock of these keys.

    A killed process is gone at once; the server ends its sessions, and what they hold, when it has noticed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database()) "
            "AND (classid = ANY (%s::bigint[]) OR objid = ANY (%s::bigint[])))",
            [list(keys), list(keys)],
        )
        return cursor.fetchone()[0]
