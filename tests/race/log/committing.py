"""Comparisons written on connections of their own, each in a transaction that the test ends."""

from contextlib import contextmanager

import psycopg
from django.db import connection, transaction

from migration_harness.log import folding
from tests.acceptance.conftest import until

INSERT = """
INSERT INTO migration_harness_comparison
    (at, seam, flag_epoch, stage, account_id, account_plan, execution_path, group_by, verdict, signature,
     control_measure, candidate_measure, control_ns, candidate_ns, operation_id, request_id, run, revision)
SELECT now() - make_interval(mins => (n %% 3000)::integer), 'seam ' || n %% 2, n %% 3, 'shadow', (n %% 7)::text,
       'plan ' || n %% 2, 'direct', ARRAY['g', 'line\n "quoted" ' || n %% 3],
       CASE WHEN n %% 4 = 0 THEN 'mismatch' ELSE 'match' END,
       CASE WHEN n %% 4 = 0 THEN 'signature ' || n %% 2 || n %% 3 END, CASE WHEN n %% 5 > 0 THEN n / 7.0 END,
       CASE WHEN n %% 6 > 0 THEN n END, n * 997, n, '', '', '', 'r' || n %% 2
FROM generate_series(%s::bigint, %s::bigint) n
"""


def connect() -> psycopg.Connection:
    """Return another connection to the test's database."""
    return psycopg.connect(**{**connection.get_connection_params(), "cursor_factory": psycopg.Cursor})


def insert(other: psycopg.Connection, first: int, count: int) -> None:
    """Write comparisons that are numbered from ``first``, and leave the transaction open."""
    other.execute(INSERT, [first, first + count - 1])


@contextmanager
def open_transaction(first: int, count: int):
    """Give a connection with comparisons that have not committed yet."""
    with connect() as other:
        insert(other, first, count)
        yield other


def commit(first: int, count: int) -> None:
    """Write comparisons and commit."""
    with open_transaction(first, count):
        pass


LOGS = "migration_harness_comparison", "migration_harness_comparison_default"


def as_owner(statement: str) -> None:
    """Do to the log what its triggers refuse, as only the owner of its tables can."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in LOGS:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER comparison_append_only")
        cursor.execute(statement)
        for table in LOGS:
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER comparison_append_only")


def come_from_another_server(*, without_sequences: bool = False) -> None:
    """Leave the log as a copy from a server that had counted more; nobody writes to it."""
    as_owner("UPDATE migration_harness_comparison SET xid = (xid::text::bigint + 8589934592)::text::xid8")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE migration_harness_foldstate SET watermark = watermark + 8589934592")
        if without_sequences:
            cursor.execute("ALTER SEQUENCE migration_harness_life RESTART")
            cursor.execute("ALTER SEQUENCE migration_harness_comparison_id_seq RESTART")


def settle() -> None:
    """Wait for the transactions that began before now: those of other databases of the server hold up folding too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        newest = cursor.fetchone()[0]
        until(lambda: _oldest(cursor) > newest)


def fold(**options) -> int:
    """Fold, once every transaction before is over; returns how many comparisons."""
    settle()
    return folding.fold(**options)


def _oldest(cursor) -> int:
    cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    return cursor.fetchone()[0]
