"""Reads a backup's file: first whether it is as it was written, then the rows of one part after the other."""

import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from migration_harness.backup.header import FORMAT, SAID, SECRET, VERSION, Header, PartEnd, PartHeader
from migration_harness.backup.keys import BackupKey, key_named
from migration_harness.backup.rows import Row
from migration_harness.exceptions import BackupKeyMissing, BackupUnreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A file that is as it was written: its first line, the end of each part, its digest, and its key where known."""

    header: Header
    ends: tuple[PartEnd, ...]
    sha256: str
    key: BackupKey | None


def check(file: IO[bytes], path: Path) -> Checked:
    """Read a whole file and return what it says. Raises BackupUnreadable where it is not as it was written.

    Without its key, nobody can tell whether somebody else has written it, nor read what is secret in it.
    """
    file.seek(0)
    plain = sha256()
    lines = iter(file)
    first = next(lines, b"")
    header = _header(first, path)
    plain.update(first)
    ends: list[PartEnd] = []
    rows = 0
    for line in lines:
        if line.startswith(b"["):
            rows += 1
        elif (last := _object(line, path)).keys() == {"rows", "digest"}:
            if last["rows"] != rows:
                raise _broken(path, f"part {len(ends) + 1} has {rows:,} rows, and says {last['rows']}")
            ends.append(PartEnd(**last))
            rows = 0
        else:
            _refuse_broken(last, plain.hexdigest(), ends, header, path, following=next(lines, b""))
            key = key_named(header.key)
            if key is not None and not hmac.compare_digest(key.seal(last["sha256"]), str(last.get("seal"))):
                raise _broken(path, "its seal was not made with the key that it names")
            plain.update(line)
            return Checked(header=header, ends=tuple(ends), sha256=plain.hexdigest(), key=key)
        plain.update(line)
    raise _broken(path, "it has no end: it was cut off")


def rows_of(file: IO[bytes], path: Path, checked: Checked, number: int, *, secrets: bool = True) -> Iterator[Row]:
    """Yield the rows of a part, what is secret in clear; without ``secrets`` that is empty text.

    Raises BackupKeyMissing, and BackupUnreadable where the rows are others than those that were checked.
    """
    part = checked.header.parts[number].part
    if secrets and part.secret and checked.key is None:
        raise key_missing(path)
    file.seek(0)
    next(file)
    digest = checked.key.digest() if checked.key is not None and secrets else None
    for line in _lines_of(file, number):
        row = tuple(_read(value, checked.key if secrets else None) for value in json.loads(line))
        if digest is not None:
            digest.add(row)
        yield row
    if digest is not None and digest.value != checked.ends[number].digest:
        raise _broken(path, f"the rows of {part.table} are others than its digest says")


def key_missing(path: Path) -> BackupKeyMissing:
    """Return the error that says what is to be done without a key."""
    return BackupKeyMissing(
        f'{path}: HARNESS["BACKUP_KEYS"] does not have the key that it was made with. Add that key to the end of the '
        "list; where it is lost, restore with --without-secrets: the keys that were in it are lost too."
    )


def _lines_of(file: IO[bytes], number: int) -> Iterator[bytes]:
    passed = 0
    for line in file:
        if not line.startswith(b"["):
            passed += 1
            if passed > number:
                return
        elif passed == number:
            yield line


def _read(value: Any, key: BackupKey | None) -> str | None:
    if isinstance(value, dict):
        return key.decrypt(value[SECRET]) if key is not None else ""
    return None if value is None else str(value)


def _header(line: bytes, path: Path) -> Header:
    read = _object(line, path)
    if read.get("format") != FORMAT:
        raise BackupUnreadable(f"{path} is no backup of harness legacy backup.")
    if read.get("version") != VERSION:
        raise BackupUnreadable(
            f"{path} is of version {read.get('version')}, and this code reads version {VERSION}: use the revision that "
            f"made it, {read.get('revision') or 'which it does not name'}."
        )
    try:
        parts = tuple(map(PartHeader.from_json, read["parts"]))
        return Header(parts=parts, **{name: read[name] for name in SAID})
    except (KeyError, TypeError, ValueError) as error:
        raise _broken(path, f"its first line lacks something ({type(error).__name__}: {error})") from error


def _refuse_broken(
    last: Mapping[str, Any], digest: str, ends: list[PartEnd], header: Header, path: Path, *, following: bytes
) -> None:
    if last.keys() != {"sha256", "seal"} or following:
        raise _broken(path, "it has a line that nobody of ours writes")
    if last["sha256"] != digest:
        raise _broken(path, "its digest is another: bytes of it were changed")
    if len(ends) != len(header.parts):
        raise _broken(path, f"it has {len(ends)} of its {len(header.parts)} parts")


def _object(line: bytes, path: Path) -> dict[str, Any]:
    try:
        read = json.loads(line)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise _broken(path, "it has a line that is no JSON")
    return read


def _broken(path: Path, why: str) -> BackupUnreadable:
    return BackupUnreadable(f"{path} is not as it was written: {why}. Take another copy of it.")
