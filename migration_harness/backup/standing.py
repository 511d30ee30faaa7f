"""Whether there is a way back now: a backup that was tried out, is still there, and has all that would be dropped."""

import hashlib
import socket
from pathlib import Path
from typing import Any

from migration_harness.backup.keys import key_named
from migration_harness.backup.parts import Part, dropped_parts
from migration_harness.backup.rows import PLAIN, stream
from migration_harness.database import connection
from migration_harness.evidence.findings import Answer, Finding
from migration_harness.exceptions import BackupImpossible, HarnessMisconfigured
from migration_harness.isolation import one_moment
from migration_harness.models import VerifiedBackup


def newest_verified() -> VerifiedBackup | None:
    """Return the last look at a backup, whatever came of it."""
    return VerifiedBackup.objects.order_by("-id").first()


def standing() -> Finding:
    """Return whether the newest verified backup holds: open, closed with what is wrong, or unknown."""
    try:
        expected = dropped_parts()
    except BackupImpossible as error:
        return Finding(answer=Answer.UNKNOWN, sentence=str(error))
    if not expected:
        return Finding(answer=Answer.UNKNOWN, sentence="The plan drops nothing, so nobody can say what a backup needs.")
    row = newest_verified()
    if row is None:
        return _closed("No backup of what the deletion drops was verified.")
    if not row.equal:
        return _closed(f"The backup {row.path} was looked at on {row.at:%Y-%m-%d}, and is not what the tables had.")
    if wrong := _file_is_wrong(row):
        return _closed(wrong)
    return _compared(row, expected)


def _file_is_wrong(row: VerifiedBackup) -> str:
    """Return a sentence where the file is not the one that was verified."""
    try:
        with Path(row.path).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        here = socket.gethostname()
        elsewhere = "" if here == row.host else f" It was verified on {row.host}, and this is {here}."
        return f"The backup {row.path} cannot be read: {error.strerror}.{elsewhere}"
    if digest != row.sha256:
        return f"The backup {row.path} is another file than the one that was verified on {row.at:%Y-%m-%d}."
    return ""


def _compared(row: VerifiedBackup, expected: list[Part]) -> Finding:
    try:
        key = key_named(row.key)
    except HarnessMisconfigured as error:
        return Finding(answer=Answer.UNKNOWN, sentence=str(error))
    if key is None:
        return Finding(
            answer=Answer.UNKNOWN,
            sentence=f'HARNESS["BACKUP_KEYS"] lacks the key of {row.path}: nobody can compare the data.',
        )
    known = {(part["kind"], part["table"], *part["columns"]): part for part in row.parts}
    told = []
    with one_moment():
        for part in expected:
            then = known.get((part.kind.value, part.table, *part.columns))
            if then is None:
                told.append(f"{part.name} is not in it")
            elif sentence := _changed(part, then, key.digest()):
                told.append(sentence)
    if told:
        return _closed(f"The data is another than in {row.path}: {'; '.join(told)}.")
    return Finding(
        answer=Answer.OPEN,
        sentence=f"The backup {row.path} was verified on {row.at:%Y-%m-%d} and has what would be dropped: "
        f"{sum(known[(part.kind.value, part.table, *part.columns)]['rows'] for part in expected):,} rows.",
    )


def _changed(part: Part, then: dict[str, Any], digest: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute(PLAIN)
        for row in stream(cursor, part):
            digest.add(row)
    if digest.value == then["digest"]:
        return ""
    return f"{part.name} had {then['rows']:,} rows and has {digest.rows:,}, or other values"


def _closed(sentence: str) -> Finding:
    return Finding(answer=Answer.CLOSED, sentence=sentence)
