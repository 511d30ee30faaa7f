"""Making a backup: everything that the deletion drops, as it is at one moment, in one file."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from django.db import DatabaseError
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from migration_harness.authority.actors import Actor
from migration_harness.backup import place
from migration_harness.backup.definition import definition_of
from migration_harness.backup.header import Header, PartEnd, PartHeader
from migration_harness.backup.keys import BackupKey, backup_keys
from migration_harness.backup.known import fields_of, fillers_of, options_of
from migration_harness.backup.parts import Part, parts
from migration_harness.backup.rows import PLAIN, OnProgress, say_nothing, stream
from migration_harness.backup.writing import Writer
from migration_harness.database import connection, transaction
from migration_harness.isolation import one_moment, read_committed
from migration_harness.tombstones.own_reads import own_reads
from migration_harness.trail import audit
from migration_harness.trail.audit import Entry

_DATABASE: Final = "SELECT current_database(), current_setting('server_version')"
_SERVER: Final = "SELECT system_identifier::text FROM pg_control_system()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A backup that was written.

    Attributes:
        path: The file.
        sha256: Of it.
        header: What its first line says.
        ends: The rows and digest of each part.
        removed: What a backup that was killed had left, and is gone now.
    """

    path: Path
    sha256: str
    header: Header
    ends: tuple[PartEnd, ...]
    removed: tuple[Path, ...]

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return sum(end.rows for end in self.ends)


def make(
    *,
    path: Path,
    actor: Actor,
    revision: str = "",
    found: Callable[[], Sequence[Part]] = parts,
    subject: str = "legacy data",
    on_progress: OnProgress = say_nothing,
) -> Made:
    """Write a backup to a file that is not there yet, readable by its owner alone; it is there whole or not at all.

    ``found`` says of what, by default of all that the deletion drops; ``subject`` what the trail calls that.

    Raises BackupThere, BackupImpossible, HarnessMisconfigured without a key, Unwritable.
    """
    path = path.absolute()
    key = backup_keys()[0]
    removed = place.left_behind(path)
    with place.whole_or_not(path) as file:
        with one_moment(), own_reads():
            header = _header(found(), key=key, made_by=actor.name, revision=revision)
            writer = Writer(out=file, key=key)
            writer.header(header)
            ends = tuple(writer.part(each.part, _rows(each.part, on_progress)) for each in header.parts)
        digest = writer.seal()
    made = Made(path=path, sha256=digest, header=header, ends=ends, removed=tuple(removed))
    _record(made, actor, subject)
    return made


def asked(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Return the rows of a statement at the database of the harness."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return list(cursor.fetchall())


def database_here() -> dict[str, str]:
    """Return which database this is: the server's own number, where it may be asked, name and version."""
    name, version = asked(_DATABASE)[0]
    try:
        with transaction.atomic():
            server = asked(_SERVER)[0][0]
    except DatabaseError:
        server = ""
    return {"server": server, "name": name, "version": version}


def schema_here() -> dict[str, list[str]]:
    """Return the schema migrations that the database has, by app."""
    found: dict[str, list[str]] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        found.setdefault(app, []).append(name)
    return found


def _header(found: Sequence[Part], *, key: BackupKey, made_by: str, revision: str) -> Header:
    return Header(
        id=str(uuid4()),
        made_at=timezone.now().isoformat(),
        made_by=made_by,
        database=database_here(),
        schema=schema_here(),
        revision=revision,
        key=key.name,
        parts=tuple(map(_described, found)),
    )


def _described(part: Part) -> PartHeader:
    options = options_of(part)
    return PartHeader(
        part=part,
        definition=definition_of(part, ask=asked, fillers=fillers_of(options)),
        model=options.label_lower if options is not None else "",
        fields=fields_of(options, part),
    )


def _rows(part: Part, on_progress: OnProgress) -> Iterator[Any]:
    with connection.cursor() as cursor:
        cursor.execute(PLAIN)
        yield from stream(cursor, part, on_progress=on_progress)


def _record(made: Made, actor: Actor, subject: str) -> None:
    with read_committed():
        entry = Entry(
            actor=actor.name,
            action="back up legacy",
            subject=subject,
            before={},
            after={"backup": made.header.id},
            reason="",
            evidence={"sha256": made.sha256, "file": str(made.path), "rows": made.rows},
        )
        audit.append(entry, now=timezone.now())
