"""The advisory lock of a flag: shared by charges, exclusive for flips. It comes first in the lock order."""

from typing import Any, Final

from django.db import OperationalError
from django.utils import timezone

from migration_harness.database import connection, transaction
from migration_harness.exceptions import UnknownFlag
from migration_harness.models import Flag

FLAG_LOCK: Final = 0x6861_666C
"""First key of the lock, the second is the flag's id. ``sql/charges.sql`` has the same number."""

_PATIENCE: Final = "1s"
"""A charge is over in milliseconds; who holds the lock longer is stopped or lost."""
_LOCK_NOT_AVAILABLE: Final = "55P03"

_END_HOLDERS: Final = """
SELECT coalesce(nullif(a.application_name, ''), 'connection ' || a.pid), pg_terminate_backend(a.pid)
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.classid = %s::bigint::oid AND l.objid = %s::bigint::oid AND l.objsubid = 2
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.granted AND l.pid <> pg_backend_pid()
"""


def locked_flag(name: str) -> tuple[Flag, tuple[str, ...]]:
    """Return the flag under its exclusive lock, its row read and locked after that, and who was ended for it.

    Raises UnknownFlag.
    """
    flag_id = Flag.objects.filter(name=name).values_list("pk", flat=True).first()
    if flag_id is None:
        known = ", ".join(Flag.objects.order_by("name").values_list("name", flat=True)) or "none"
        raise UnknownFlag(f"There is no flag {name!r}. Known flags: {known}.")
    ended = _take_exclusively(flag_id)
    flag: Flag = Flag.objects.select_for_update(no_key=True).get(pk=flag_id)
    return flag, ended


def write_locked(flag: Flag, **columns: Any) -> Flag:
    """Change these columns of a locked flag and no other; returns the row as the database has it now."""
    Flag.objects.filter(pk=flag.pk).update(**columns, modified=timezone.now())
    flag.refresh_from_db()
    return flag


def _take_exclusively(flag_id: int) -> tuple[str, ...]:
    """Take the flag's lock in the current transaction; returns the names of connections ended for it.

    Waits for the charges that have begun, a second at most: then their connections are ended, and their
    charges with them. Such a charge was not answered yet, so nobody was told of it.
    """
    ended: list[str] = []
    while not _taken(flag_id):
        with connection.cursor() as cursor:
            cursor.execute(_END_HOLDERS, [FLAG_LOCK, flag_id])
            ended += [name for name, _ in cursor.fetchall()]
    return tuple(ended)


def _taken(flag_id: int) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_PATIENCE])
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [FLAG_LOCK, flag_id])
            cursor.execute("SELECT set_config('lock_timeout', '0', true)")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        return False
    return True
