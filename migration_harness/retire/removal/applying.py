"""Writing a removal into the tree: all of it or nothing, also where the process is killed.

Note [One rename]: everything is first laid down in a folder of its own beside the tree. Renaming that folder is the
moment from which the removal is made: killed before it, the tree is as it was, and the next run throws the folder away;
killed after it, the next run ends what was begun. Each file is replaced by a rename, and a file that somebody has
changed since is neither what it was nor what it becomes: then nothing more is done.
"""

import json
import os
import shutil
from collections.abc import Callable, Sequence
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from migration_harness.exceptions import NotRemovable
from migration_harness.retire.removal.tree import Change

_LIST: Final = "changes.json"


class Found(StrEnum):
    """What an earlier run had left."""

    NOTHING = "nothing"
    """Every earlier run had ended."""
    BEFORE = "before"
    """One was killed before it changed anything: the tree is as it was."""
    AFTER = "after"
    """One was killed in the middle, and has been ended now: the tree is as it meant to leave it."""


def apply(
    root: Path, journal: Path, changes: Sequence[Change], *, on_file: Callable[[], object] = lambda: None
) -> None:
    """Make the changes below ``root``; ``journal`` is a path of nobody else on the same file system.

    ``on_file`` is called after each file. Raises NotRemovable where a file is not what the removal has read.
    """
    drafted = _drafted(journal)
    shutil.rmtree(drafted, ignore_errors=True)
    drafted.mkdir(parents=True)
    for number, change in enumerate(changes):
        if _digest_of(root / change.path) != _digest(change.before):
            raise NotRemovable(f"{change.path} has changed since it was read, and nothing was written. Run it again.")
        if change.after is not None:
            _write(drafted / str(number), change.after)
    listed = [{"path": each.path, "before": _digest(each.before), "after": _digest(each.after)} for each in changes]
    _write(drafted / _LIST, json.dumps(listed))
    _sync(drafted)
    drafted.rename(journal)
    _sync(journal.parent)
    _end(root, journal, on_file)


def recover(root: Path, journal: Path) -> Found:
    """End what an earlier run has begun, or forget what it had not; tells which. Raises NotRemovable."""
    if journal.is_dir():
        _end(root, journal, lambda: None)
        return Found.AFTER
    if _drafted(journal).is_dir():
        shutil.rmtree(_drafted(journal))
        return Found.BEFORE
    return Found.NOTHING


def _end(root: Path, journal: Path, on_file: Callable[[], object]) -> None:
    listed: list[dict[str, Any]] = json.loads((journal / _LIST).read_text(encoding="utf-8"))
    foreign = [
        each["path"] for each in listed if _digest_of(root / each["path"]) not in (each["before"], each["after"])
    ]
    if foreign:
        raise NotRemovable(
            f"A removal that was killed has still to be ended, and {foreign[0]} has been changed since. Put it back as "
            f"it was (git checkout -- {foreign[0]}), and run it again."
        )
    for number, each in enumerate(listed):
        _settle(root, journal / str(number), each)
        on_file()
    shutil.rmtree(journal)


def _settle(root: Path, draft: Path, listed: dict[str, Any]) -> None:
    target = root / listed["path"]
    if listed["after"] is None:
        target.unlink(missing_ok=True)
        _remove_empty(target.parent, root)
    elif _digest_of(target) != listed["after"]:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            shutil.copymode(target, draft)
        draft.replace(target)


def _remove_empty(folder: Path, root: Path) -> None:
    """Remove folders that have nothing left but what Python has compiled."""
    while folder != root and folder.is_dir() and {each.name for each in folder.iterdir()} <= {"__pycache__"}:
        shutil.rmtree(folder)
        folder = folder.parent


def _drafted(journal: Path) -> Path:
    return journal.with_name(f"{journal.name}.draft")


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _digest(text: str | None) -> str | None:
    return None if text is None else sha256(text.encode()).hexdigest()


def _digest_of(path: Path) -> str | None:
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else None
