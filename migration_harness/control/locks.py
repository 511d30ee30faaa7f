"""What a flip takes of a flag: first its row, at which flips wait; last its lock, at which charges wait."""

from typing import Any, Final

from django.utils import timezone

from migration_harness.control.bounded import take_by_moments
from migration_harness.database import connection
from migration_harness.exceptions import UnknownFlag
from migration_harness.log.literals import keepable
from migration_harness.models import Flag

FLAG_LOCK: Final = 0x6861_666C
"""First key of the lock, the second is the flag's id. ``sql/charges.sql`` has the same number."""


def locked_flag(name: str) -> Flag:
    """Return the flag with its row locked: no other flip of it is under way. Charges go on. Raises UnknownFlag."""
    flag: Flag | None = Flag.objects.select_for_update(no_key=True).filter(name=keepable(name)).first()
    if flag is None:
        known = ", ".join(Flag.objects.order_by("name").values_list("name", flat=True)) or "none"
        raise UnknownFlag(f"There is no flag {name!r}. Known flags: {known}.")
    return flag


def write_locked(flag: Flag, **columns: Any) -> Flag:
    """Change these columns of a locked flag and no other; returns the row as the database has it now.

    Past Django's signals and waffle's cache: neither may hold up a flip.
    """
    Flag.objects.filter(pk=flag.pk).update(**columns, modified=timezone.now())
    flag.refresh_from_db()
    return flag


def hold_charges(flag: Flag) -> None:
    """Wait for the charges and writes under this flag that have begun, and hold up others until this transaction ends.

    One that takes more than a second is ended: it was not answered yet, so nobody was told of it. The others go on
    until then.
    """

    def take() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [FLAG_LOCK, flag.pk])

    take_by_moments(take)
