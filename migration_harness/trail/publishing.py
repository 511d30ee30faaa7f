"""The head of the trail, published outside of the database: whoever may change every table cannot change that.

Besides, whoever keeps heads gets each by a signed webhook (:mod:`migration_harness.rollout.notices.heads`), and what
came there is verified alike.

Note [A file that only grows]: each head that is another than the one before gets a line of JSON, written at once and by
one process at a time. A trail that was cut off, or made anew, does not have one of them: ``harness audit --verify
--published`` says so, and so does the next publication. Keep the file where who administers the database cannot write.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.utils import timezone

from migration_harness.conf import setting
from migration_harness.exceptions import HeadsUnreadable, Unwritable
from migration_harness.faults import alarm
from migration_harness.models import AuditEvent

_LAST_BYTES: Final = 4_096
"""More than a line has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A head that was published: the number and the hash of the newest event at that time."""

    at: str
    event: int
    hash: str


def heads_path() -> Path | None:
    """Return the file of the setting, None where nothing is published."""
    named = setting("HEADS_FILE")
    return Path(named) if named else None


def publish_head(path: Path) -> Head | None:
    """Append the newest event's hash to a file; None where it is there already, or there is no event.

    Where the head that was published last is not on the trail any more, the log says so (``harness.trail_cut``), and
    the new one is appended all the same. Raises Unwritable, HeadsUnreadable.
    """
    with _alone(path) as descriptor:
        last = _last(descriptor, path)
        newest = AuditEvent.objects.order_by("-id").values_list("id", "hash").first()
        if last is not None and not AuditEvent.objects.filter(pk=last.event, hash=last.hash).exists():
            alarm("harness.trail_cut", event_id=last.event, hash=last.hash, published_at=last.at)
        if newest is None or (last is not None and newest[1] == last.hash):
            return None
        head = Head(at=timezone.now().isoformat(), event=newest[0], hash=newest[1])
        line = json.dumps({"at": head.at, "event": head.event, "hash": head.hash}) + "\n"
        os.write(descriptor, line.encode())
        os.fsync(descriptor)
    return head


def published_heads(path: Path) -> list[Head]:
    """Return the heads of a file, in their order. Raises HeadsUnreadable, which names the line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise HeadsUnreadable(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise HeadsUnreadable(f"{path} is no file of published heads.") from None
    return [_head(line, path, number) for number, line in enumerate(lines, start=1) if line.strip()]


@contextmanager
def _alone(path: Path) -> Iterator[int]:
    """Open the file for appending, and let no other process publish meanwhile."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
    except OSError as error:
        raise Unwritable(f"{path}: {error.strerror}. Name a file that can be written in HEADS_FILE.") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    except OSError as error:
        raise Unwritable(f"{path}: {error.strerror}. The head of the trail was not published.") from None
    finally:
        os.close(descriptor)


def _last(descriptor: int, path: Path) -> Head | None:
    size = os.fstat(descriptor).st_size
    lines = os.pread(descriptor, _LAST_BYTES, max(0, size - _LAST_BYTES)).decode(errors="replace").splitlines()
    return _head(lines[-1], path, "at the end") if lines else None


def _head(line: str, path: Path, number: int | str) -> Head:
    try:
        read = json.loads(line)
        if isinstance(read, dict) and "data" in read:
            # A webhook as it came in.
            read = {"at": read["timestamp"], **read["data"]["details"]}
        return Head(at=str(read["at"]), event=int(read["event"]), hash=str(read["hash"]))
    except (ValueError, KeyError, TypeError):
        raise HeadsUnreadable(
            f"Line {number} of {path} is no published head: compare the file with a copy of it."
        ) from None
