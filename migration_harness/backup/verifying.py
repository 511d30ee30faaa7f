"""Trying a backup out: restored into a scratch database, compared row by row with the tables, and recorded."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.utils import timezone

from migration_harness.authority.actors import Actor
from migration_harness.backup.differing import Differences, differences
from migration_harness.backup.header import PartEnd, PartHeader
from migration_harness.backup.parts import Kind, Part, dropped_parts
from migration_harness.backup.reading import Checked, check, key_missing
from migration_harness.backup.rows import PLAIN, OnProgress, Row, say_nothing, stream
from migration_harness.backup.scratch import Connection, drop_left_behind, scratch
from migration_harness.backup.trying import restore_all, restored_name
from migration_harness.database import connection
from migration_harness.exceptions import BackupUnreadable
from migration_harness.isolation import one_moment, read_committed
from migration_harness.models import VerifiedBackup
from migration_harness.tombstones.own_reads import own_reads
from migration_harness.trail import audit
from migration_harness.trail.audit import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was found of a backup.

    Attributes:
        row: The record of it.
        differences: Of each part that is dropped.
        lacking: Parts that the plan drops and the backup does not have.
        left: Scratch databases that a verification which was killed had left, and that are gone now.
    """

    row: VerifiedBackup
    differences: tuple[Differences, ...]
    lacking: tuple[str, ...]
    left: tuple[str, ...]


def verify(*, path: Path, actor: Actor, scratch_url: str = "", on_progress: OnProgress = say_nothing) -> Verified:
    """Restore a backup into a scratch database, compare that with the tables, and record what was found.

    Raises BackupUnreadable, BackupKeyMissing, BackupImpossible, ScratchMissing; then nothing is recorded.
    """
    path, began = path.absolute(), timezone.now()
    left = drop_left_behind(scratch_url)
    with opened(path) as file:
        checked = check(file, path)
        if checked.key is None:
            raise key_missing(path)
        with scratch(scratch_url) as place:
            untried = restore_all(place, file=file, path=path, checked=checked, on_progress=on_progress)
            with one_moment(), own_reads():
                expected = dropped_parts()
                found = tuple(_compared(place, checked, on_progress))
    lacking = tuple(part.name for part in expected if not has_part(checked.header.parts, part))
    row = _row(checked, found, lacking, path=path, actor=actor, began=began)
    row.untried = untried
    _record(row, actor)
    return Verified(row=row, differences=found, lacking=lacking, left=tuple(left))


def opened(path: Path) -> IO[bytes]:
    """Open a backup. Raises BackupUnreadable."""
    try:
        return path.open("rb")
    except OSError as error:
        raise BackupUnreadable(f"{path} cannot be read here: {error.strerror}.") from None


def has_part(headers: tuple[PartHeader, ...], part: Part) -> bool:
    """Tell whether a backup has all of a part that the plan drops."""
    return any(
        each.part.kind is part.kind and each.part.table == part.table and set(part.columns) <= set(each.part.columns)
        for each in headers
    )


def part_json(header: PartHeader, end: PartEnd) -> dict[str, Any]:
    """Return a part as the record has it."""
    part = header.part
    return {
        "kind": part.kind.value, "table": part.table, "key": list(part.key), "columns": list(part.columns),
        "secret": sorted(part.secret), "rows": end.rows, "digest": end.digest,
    }  # fmt: skip


def _compared(place: Connection, checked: Checked, on_progress: OnProgress) -> Iterator[Differences]:
    for number, header in enumerate(checked.header.parts):
        if header.part.kind is Kind.STAGE:
            continue
        with place.cursor() as there, connection.cursor() as here:
            here.execute(PLAIN)
            then: Iterator[Row] = stream(there, header.part, relation=restored_name(number))
            now = stream(here, header.part, on_progress=on_progress)
            yield differences(header.part, then=then, now=now)


def _row(
    checked: Checked,
    found: tuple[Differences, ...],
    lacking: tuple[str, ...],
    *,
    path: Path,
    actor: Actor,
    began: datetime,
) -> VerifiedBackup:
    header, now = checked.header, timezone.now()
    return VerifiedBackup(
        path=str(path),
        host=socket.gethostname(),
        backup=header.id,
        sha256=checked.sha256,
        key=header.key,
        made_at=datetime.fromisoformat(header.made_at),
        made_by=audit.actor_kept(header.made_by),
        revision=header.revision,
        schema=dict(header.schema),
        parts=[part_json(each, end) for each, end in zip(header.parts, checked.ends, strict=True)],
        rows=sum(end.rows for end in checked.ends),
        equal=not lacking and not any(found),
        differences=[
            *(each.as_json() for each in found if each),
            *({"part": name, "lacking": True} for name in lacking),
        ],
        untried=[],
        actor=audit.actor_kept(actor.name),
        at=now,
        seconds=(now - began).total_seconds(),
    )


def _record(row: VerifiedBackup, actor: Actor) -> None:
    with read_committed():
        row.save()
        entry = Entry(
            actor=actor.name,
            action="verify backup",
            subject="legacy data",
            before={},
            after={"equal": row.equal},
            reason="",
            evidence={"backup": row.backup, "sha256": row.sha256, "rows": row.rows, "differences": row.differences},
        )
        audit.append(entry, now=row.at)
