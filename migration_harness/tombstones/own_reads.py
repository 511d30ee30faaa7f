"""What the harness itself reads of a table that goes: told apart from what others do, exactly or not at all.

Note [Told before it shows]: the server counts a scan for everybody only when the transaction that made it is over. So
what a transaction has read by its end is written down before that, on a connection of its own: it waits until the
counters show as much, and nobody who looks at them takes it for somebody else's. Where it cannot be written, it is one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from django.db import DatabaseError

from migration_harness.database import connection
from migration_harness.deciding.direct import connect_directly
from migration_harness.deciding.processes import this_process
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.faults import fault
from migration_harness.isolation import read_committed
from migration_harness.tombstones.tables import losing_tables

_CONNECT_SECONDS: Final = 5
_SO_FAR: Final = """
SELECT s.relname::text, coalesce(s.seq_scan, 0) + coalesce(s.idx_scan, 0)
FROM pg_stat_xact_user_tables s
JOIN migration_harness_legacytable t ON to_regclass(quote_ident(t."table")) = s.relid
WHERE t."table" = ANY(%s)
"""
_KEPT: Final = """
UPDATE migration_harness_legacytable SET own_reads = own_reads + %s WHERE "table" = %s
"""


@contextmanager
def own_reads() -> Iterator[None]:
    """Have what is read of tables that go, from here to the end of the block, known as the harness's own.

    It belongs around all of a transaction's reads, inside that transaction: only there is it exact.
    """
    tables = list(losing_tables().wholes)
    before = _so_far(tables)
    try:
        yield
    finally:
        found = {table: reads - before.get(table, 0) for table, reads in _so_far(tables).items()}
        _keep({table: reads for table, reads in found.items() if reads > 0})


@contextmanager
def own_reading() -> Iterator[None]:
    """Read in a transaction, and have all of it known as the harness's own."""
    with read_committed(), own_reads():
        yield


def _so_far(tables: list[str]) -> dict[str, int]:
    """Return what this session has read and the server has not told yet; nothing where nobody follows the counters."""
    if not tables or not connection.in_atomic_block or connection.needs_rollback:
        return {}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('migration_harness_legacytable') IS NOT NULL")
            if not cursor.fetchone()[0]:
                return {}
            cursor.execute(_SO_FAR, [tables])
            return dict(cursor.fetchall())
    except DatabaseError:
        # Of a transaction that has failed nothing can be asked: its reads are somebody's.
        return {}


def _keep(reads: dict[str, int]) -> None:
    """Write own reads down. See Note [Told before it shows]."""
    if not reads:
        return
    try:
        with connect_directly(
            name=f"harness own reads of {this_process()}", connect_timeout=_CONNECT_SECONDS
        ) as direct:
            for table, count in sorted(reads.items()):
                _written(direct, table, count)
    except (psycopg.Error, HarnessMisconfigured) as error:
        fault("", "the harness's own reads of legacy tables", error)


def _written(direct: "psycopg.Connection[Any]", table: str, count: int) -> None:
    direct.execute(_KEPT, [count, table])
