"""What a flip takes of a flag: first its row, at which flips wait; last its lock, at which charges wait."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from django.utils import timezone

from migration_harness.control.bounded import Taken, take_at_once, take_by_moments
from migration_harness.control.unknown import no_such_flag
from migration_harness.database import connection, transaction
from migration_harness.log.literals import keepable
from migration_harness.models import Flag

FLAG_LOCK: Final = 0x6861_666C
"""First key of the lock, the second is the flag's id. ``sql/charges.sql`` has the same number."""


def locked_flag(name: str) -> Flag:
    """Return the flag with its row locked: no other flip of it is under way. Charges go on. Raises UnknownFlag."""
    flag: Flag | None = Flag.objects.select_for_update(no_key=True).filter(name=keepable(name)).first()
    if flag is None:
        raise no_such_flag(name, Flag.objects.filter(retired=False).order_by("name").values_list("name", flat=True))
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


def with_charges_held(flag: Flag, act: Callable[[], object]) -> None:
    """Do what needs the stores of a flag to stand still, and take the counter, with both locks at the end.

    Another flip may have the counter and wait for a charge, which waits for this flag. So nobody waits for the counter
    with a flag's lock: where it is not free the lock is given back, and all is done again when it is; ``act`` has to be
    safe to repeat.
    """
    while True:
        with suppress(Taken), transaction.atomic():
            hold_charges(flag)
            act()
            take_at_once(_take_counter)
            return
        _wait_until_counter_is_free()


def _take_counter() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM migration_harness_epoch FOR NO KEY UPDATE")


def _wait_until_counter_is_free() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT harness_counter")
        _take_counter()
        cursor.execute("ROLLBACK TO SAVEPOINT harness_counter")
        cursor.execute("RELEASE SAVEPOINT harness_counter")
