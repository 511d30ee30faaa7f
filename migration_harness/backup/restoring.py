"""Bringing back what was dropped: made again, filled, and told of what changed meanwhile; all of it or nothing.

Note [Before the code]: it is done while the code without legacy still runs, for the legacy code needs its tables the
moment that it is deployed. So it rests on the file alone: no model, and no plan that still names what went.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from django.db import DatabaseError
from django.utils import timezone

from migration_harness.authority.actors import Actor
from migration_harness.backup import forgetting
from migration_harness.backup.applying import bring_back, constrain, give_way
from migration_harness.backup.header import Header
from migration_harness.backup.looking import Standing, copy_of, look
from migration_harness.backup.making import database_here
from migration_harness.backup.parts import Kind
from migration_harness.backup.reading import Checked, check, key_missing, rows_of
from migration_harness.backup.rows import PLAIN, OnProgress, fill, say_nothing
from migration_harness.backup.verifying import opened
from migration_harness.database import connection, transaction
from migration_harness.exceptions import RestoreRefused
from migration_harness.isolation import read_committed
from migration_harness.tombstones.own_reads import own_reads
from migration_harness.trail import audit
from migration_harness.trail.audit import Entry
from migration_harness.wording import counted

_ALONE: Final = "SELECT pg_try_advisory_xact_lock(%s)"
_LOCK: Final = 0x6861_7273
_PATIENCE: Final = "SET LOCAL lock_timeout = '10s'"
_HELD: Final = 'LOCK TABLE "{}" IN SHARE ROW EXCLUSIVE MODE'


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a restore may do.

    Attributes:
        write: Do it; else look, and change nothing.
        overwrite: Rows that have changed since become what they were.
        secrets: What is secret comes back too; without its key it is empty.
        other_database: The backup may be of another database.
        reason: Why, for the trail.
    """

    write: bool
    overwrite: bool = False
    secrets: bool = True
    other_database: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore has found and done.

    Attributes:
        header: What the backup says of itself.
        parts: What had become of each part before.
        not_as_it_was: A sentence for each thing that is not as it was.
        forgotten: Schema migrations that dropped it, and have not run any more.
        written: Whether it was done.
    """

    header: Header
    parts: tuple[Standing, ...]
    not_as_it_was: tuple[str, ...]
    forgotten: tuple[tuple[str, str], ...]
    written: bool

    @property
    def needs(self) -> tuple[str, ...]:
        """The newest schema migration of then, of each app that a part belongs to."""
        apps = sorted({each.model.split(".")[0] for each in self.header.parts if each.model})
        return tuple(f"{app}.{max(self.header.schema[app])}" for app in apps if self.header.schema.get(app))

    @property
    def was_whole(self) -> bool:
        """Whether all of it was there, as it was: nothing was to be done."""
        return all(standing.is_whole for standing in self.parts)


def restore(*, path: Path, actor: Actor, wanted: Wanted, on_progress: OnProgress = say_nothing) -> Restored:
    """Bring a backup back in one transaction. Rows that are new stay, and so do those that have changed.

    Raises BackupUnreadable, BackupKeyMissing, and RestoreRefused where it is of another database, somebody holds the
    tables, or the database refuses a row; then nothing was changed.
    """
    path = path.absolute()
    with opened(path) as file:
        checked = check(file, path)
        if wanted.secrets and checked.key is None and any(each.part.secret for each in checked.header.parts):
            raise key_missing(path)
        _refuse_other_database(checked.header, wanted)
        try:
            with read_committed(), own_reads():
                restored = _restored(file, path, checked, actor=actor, wanted=wanted, on_progress=on_progress)
                if not wanted.write:
                    transaction.give_back()
        except DatabaseError as error:
            raise RestoreRefused(f"{path} was not restored, and nothing was changed: {_reason(error)}.") from None
    return restored


def _restored(
    file: IO[bytes], path: Path, checked: Checked, *, actor: Actor, wanted: Wanted, on_progress: OnProgress
) -> Restored:
    parts = checked.header.parts
    standings: list[Standing] = []
    with connection.cursor() as cursor:
        _begin(cursor)
        for number, header in enumerate(parts):
            if header.part.kind is not Kind.STAGE:
                copy = copy_of(cursor, header, number)
                rows = rows_of(file, path, checked, number, secrets=wanted.secrets)
                on_progress(fill(cursor, copy, header.part.columns, rows))
                standings.append(_looked_at(cursor, header, copy, wanted))
        told = [f"{each.header.part.name}: its table is gone." for each in standings if not each.can_be_restored]
        forgotten = forgetting.dropped_by(checked.header, [s for s in standings if not s.has_table or s.missing])
        if wanted.write:
            told += _brought_back(cursor, [each for each in standings if each.can_be_restored], wanted)
            forgetting.forget(forgotten)
    restored = Restored(
        header=checked.header,
        parts=tuple(standings),
        not_as_it_was=(*told, *_left(standings, wanted)),
        forgotten=tuple(forgotten),
        written=wanted.write,
    )
    if wanted.write and not restored.was_whole:
        _record(restored, checked, actor, wanted)
    return restored


def _begin(cursor: Any) -> None:
    cursor.execute(_ALONE, [_LOCK])
    if not cursor.fetchone()[0]:
        raise RestoreRefused("Another restore is under way, and nothing was changed: wait for it, and look again.")
    cursor.execute(PLAIN)
    cursor.execute(_PATIENCE)


def _looked_at(cursor: Any, header: Any, copy: str, wanted: Wanted) -> Standing:
    standing = look(cursor, header, copy)
    if wanted.write and standing.has_table:
        # Looked at again: what was changed while this waited for the lock is seen.
        cursor.execute(_HELD.format(header.part.table))
        standing = look(cursor, header, copy)
    return standing


def _brought_back(cursor: Any, standings: Sequence[Standing], wanted: Wanted) -> list[str]:
    """Bring parts back, and only then what leads from one to another."""
    also = frozenset(each.header.part.table for each in standings)
    told: list[str] = []
    for each in standings:
        told += give_way(cursor, each, also=also)
        told += bring_back(cursor, each, overwrite=wanted.overwrite)
    for each in standings:
        told += constrain(cursor, each)
    return told


def _left(standings: Sequence[Standing], wanted: Wanted) -> list[str]:
    """Return a sentence for each kind of row that a restore leaves another than it was."""
    told = []
    for each in standings:
        part, counts = each.header.part, each.counts
        if counts.get("changed") and not wanted.overwrite:
            told.append(f"{part.name}: {counted(counts['changed'], 'row')} changed since, and kept as now.")
        if counts.get("gone") and each.has_table and part.kind is Kind.COLUMNS:
            told.append(f"{part.name}: {counted(counts['gone'], 'row')} gone, and with them the place of their values.")
        if not wanted.secrets and part.secret:
            told.append(f"{part.name}: {', '.join(sorted(part.secret))} come back empty.")
    return told


def _refuse_other_database(header: Header, wanted: Wanted) -> None:
    here, then = database_here(), header.database
    if wanted.other_database or all(here[name] == then.get(name) for name in ("server", "name")):
        return
    raise RestoreRefused(
        f"The backup is of the database {then.get('name')} on the server {then.get('server') or 'unknown'}, and this "
        f"is {here['name']} on {here['server'] or 'unknown'}: nothing was changed. Where this one was restored from "
        "that one, add --other-database."
    )


def _record(restored: Restored, checked: Checked, actor: Actor, wanted: Wanted) -> None:
    evidence = {
        "backup": restored.header.id,
        "sha256": checked.sha256,
        "parts": [{"part": each.header.part.name, **each.counts} for each in restored.parts],
        "not_as_it_was": list(restored.not_as_it_was),
        "forgotten": [f"{app}.{name}" for app, name in restored.forgotten],
    }
    entry = Entry(
        actor=actor.name,
        action="restore legacy",
        subject="legacy data",
        before={},
        after={"restored": restored.header.id, "overwritten": wanted.overwrite},
        reason=wanted.reason,
        evidence=evidence,
    )
    audit.append(entry, now=timezone.now())


def _reason(error: DatabaseError) -> str:
    return str(error).splitlines()[0].rstrip(".")
