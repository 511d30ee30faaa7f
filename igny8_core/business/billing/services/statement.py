"""One statement in a transaction of its own, with the least that the driver can do about it.

Note [Past the cursor]: Django's cursor and psycopg's quoting cost a charge a sixth of its time. The statement goes out
with its parameters beside it, in one message that is parsed anew each time, so that a pooler in transaction mode
may stand in between. What a cursor would refuse under the purity guard is refused here.
"""

from collections.abc import Sequence

from django.db import connection
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus

from migration_harness.api import refuse_side_effect


def execute_alone(sql: bytes, parameters: Sequence[str | None], *, effect: str) -> list[str | None]:
    """Run ``sql`` with text for ``$1``, ``$2``, … and return its one row as text; commits by itself.

    ``effect`` says what it does, for a guard that refuses it. Raises Django's database errors.
    """
    refuse_side_effect(effect)
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    encoded = [None if each is None else each.encode() for each in parameters]
    with connection.wrap_database_errors:
        driver = connection.connection
        with driver.lock:
            result = driver.pgconn.exec_params(sql, encoded)
        if result.status != ExecStatus.TUPLES_OK:
            raise error_from_result(result)
    row = [result.get_value(0, column) for column in range(result.nfields)]
    return [None if value is None else value.decode() for value in row]
