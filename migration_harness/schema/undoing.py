"""The schema of a phase taken out of the database, as one act: all of it or nothing, and on the trail.

Note [Whoever moves meanwhile]: it is asked whether a candidate runs, and then the candidate's tables go. So the rows
of all flags are locked before it is asked: a flip that comes in between waits, and finds then that the schema is not
there. The tables are locked too, and compared with the backup: what was written since is not lost, for nothing is
undone.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.core.management import call_command
from django.db import OperationalError

from migration_harness.authority.actors import Actor
from migration_harness.backup import making
from migration_harness.backup.keys import backup_keys
from migration_harness.backup.making import Made
from migration_harness.backup.parts import Part, parts_of
from migration_harness.backup.rows import PLAIN, OnProgress, say_nothing, stream
from migration_harness.control.events import record_event
from migration_harness.database import alias, connection
from migration_harness.exceptions import PhaseInUse
from migration_harness.isolation import read_committed
from migration_harness.models import Flag
from migration_harness.schema.way_back import WayBack, refuse_in_use
from migration_harness.sqlstates import LOCK_NOT_AVAILABLE, sqlstate_of

_PATIENCE: Final = "SET LOCAL lock_timeout = '800ms'"
"""Less than a rollback waits before it ends whoever holds a flag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What was undone; ``backup`` is the file with what was lost, None where none was wanted or nothing was done."""

    way: WayBack
    backup: Made | None

    @property
    def ways_forward(self) -> tuple[str, ...]:
        """The commands that bring all of it back, in order."""
        again = ("harness migrate --pre",)
        return (
            again if self.backup is None else (*again, f"harness legacy restore {self.backup.path} --overwrite --yes")
        )


def undo(
    way: WayBack,
    *,
    path: Path | None,
    actor: Actor,
    reason: str = "",
    revision: str = "",
    on_progress: OnProgress = say_nothing,
) -> Undone:
    """Copy what is lost to ``path``, where one is given, and undo the schema of a phase; nothing where it was done.

    Raises PhaseInUse where something needs it, holds its tables, or writes to them meanwhile; BackupThere and what else
    a backup raises. Then nothing was undone.
    """
    if not way.undone:
        return Undone(way=way, backup=None)
    refuse_in_use(way)
    backup = None
    if path is not None:
        subject = f"phase {way.phase.number}"
        backup = making.make(
            path=path,
            actor=actor,
            revision=revision,
            found=lambda: parts_of(way.drops),
            subject=subject,
            on_progress=on_progress,
        )
    with _held_up(way), read_committed():
        _hold(parts_of(way.drops))
        refuse_in_use(way)
        _refuse_written(backup)
        for app, name in way.targets:
            call_command("migrate", app, name or "zero", database=alias(), interactive=False, verbosity=0)
        _record(way, backup, actor, reason)
    return Undone(way=way, backup=backup)


@contextmanager
def _held_up(way: WayBack) -> Iterator[None]:
    """Raise PhaseInUse where somebody holds what this needs."""
    try:
        yield
    except OperationalError as error:
        if sqlstate_of(error) != LOCK_NOT_AVAILABLE:
            raise
        raise PhaseInUse(
            f"Somebody holds the tables of phase {way.phase.number}, or a flag, and nothing was undone: say it again."
        ) from None


def _hold(parts: Sequence[Part]) -> None:
    """Lock flags and tables, and have no row's constraint still to be checked."""
    with connection.cursor() as cursor:
        cursor.execute(_PATIENCE)
        list(Flag.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))
        for table in sorted({part.table for part in parts}):
            cursor.execute(f"LOCK TABLE {connection.ops.quote_name(table)} IN ACCESS EXCLUSIVE MODE")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _refuse_written(backup: Made | None) -> None:
    """Raise PhaseInUse where the tables have something else than the backup has of them."""
    if backup is None:
        return
    for header, end in zip(backup.header.parts, backup.ends, strict=True):
        digest = backup_keys()[0].digest()
        with connection.cursor() as cursor:
            cursor.execute(PLAIN)
            for row in stream(cursor, header.part):
                digest.add(row)
        if digest.value != end.digest:
            raise PhaseInUse(
                f"{header.part.name} was written to while it was copied, and nothing was undone: say it again, with "
                f"another file. {backup.path} is of a moment ago."
            )


def _record(way: WayBack, backup: Made | None, actor: Actor, reason: str) -> None:
    record_event(
        actor=actor.name,
        action="undo phase",
        subject=f"phase {way.phase.number}",
        before={str(loss.taken): loss.rows for loss in way.losses},
        after={
            "undone": [".".join(key) for key in way.undone],
            "backup": None if backup is None else backup.header.id,
        },
        reason=reason,
    )
