"""The lines of this process: whether they are for an answer, and where they stand in the tree of the host.

On a Python without ``sys.monitoring`` nothing begins, and what is told is by entry alone.
"""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from migration_harness.deciding import unit_of_work
from migration_harness.deciding.clock import NANOSECONDS, boot_ns
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.deciding.purpose import own_doing
from migration_harness.seams.purity import active
from migration_harness.tombstones.monitoring import Line, Lines
from migration_harness.tombstones.sources import FOLDER, is_legacy, version_of

# Bound once, as in marking.py.
_guard, _work, _own = active.get, unit_of_work.current.get, own_doing.get
_IN_FOLDER: Final = f"{os.sep}{FOLDER}{os.sep}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A line that was executed for an answer: its file below the root, of which version, and when first."""

    line: Line
    file: str
    version: str
    ns: int


class Files:
    """The host's files, each looked at once."""

    def __init__(self, root: Path) -> None:
        self._root = os.path.realpath(root)
        self._below: dict[str, str] = {}
        self._versions: dict[str, str] = {}

    def below(self, path: str) -> str:
        """Return where legacy code stands below the root; empty for all other code."""
        if _IN_FOLDER not in path:
            return ""
        if (found := self._below.get(path)) is None:
            found = self._below[path] = self._told(os.path.realpath(path))
        return found

    def version(self, path: str) -> str:
        """Return which version of a file this is; empty where it cannot be read any more."""
        if path not in self._versions:
            try:
                self._versions[path] = version_of(Path(path).read_bytes())
            except OSError:
                self._versions[path] = ""
        return self._versions[path]

    def _told(self, path: str) -> str:
        prefix = f"{self._root}{os.sep}"
        file = path.removeprefix(prefix).replace(os.sep, "/") if path.startswith(prefix) else ""
        return file if is_legacy(file) else ""


class Watch:
    """The lines of this process, once it has begun to see them."""

    def __init__(self) -> None:
        self._lines: Lines | None = None
        self._files = Files(Path())

    def begin(self, *, on_first: Callable[[], object], lose: Callable[[], object]) -> None:
        """See lines from now on, where this Python tells of them.

        ``on_first`` is called with the first that waits, ``lose`` where one could not be noted.
        """
        monitoring = getattr(sys, "monitoring", None)
        if self._lines is not None or monitoring is None:
            return
        files = self._files = Files(Path(settings.BASE_DIR))
        lines = Lines(
            monitoring,
            is_legacy=lambda path: bool(files.below(path)),
            is_answer=is_answer,
            clock=boot_ns,
            on_first=on_first,
            lose=lose,
        )
        self._lines = lines if lines.begin() else None

    def end(self) -> None:
        """See no more lines."""
        if self._lines is not None:
            self._lines.end()
        self._lines = None

    @property
    def sees(self) -> bool:
        """Whether this process sees lines."""
        return self._lines is not None

    @property
    def waits(self) -> bool:
        """Whether any line waits to be written."""
        return self._lines is not None and bool(self._lines.executed())

    def turn(self, *, seconds: int) -> None:
        """Begin another period where this one is as old as that."""
        if self._lines is not None:
            self._lines.turn(after=seconds * NANOSECONDS)

    def executed(self) -> list[Seen]:
        """Return what waits to be written."""
        taken = {} if self._lines is None else self._lines.executed()
        return [
            Seen(line=line, file=self._files.below(line.path), version=self._files.version(line.path), ns=ns)
            for line, ns in sorted(taken.items())
        ]

    def written(self, seen: Sequence[Seen]) -> None:
        """Note that these were written."""
        if self._lines is not None:
            self._lines.written(each.line for each in seen)

    def leave_to_the_parent(self) -> None:
        """Begin anew, in a forked child and between tests."""
        if self._lines is not None:
            self._lines.leave_to_the_parent()


def is_answer() -> bool:
    """Tell whether what runs now is for an answer, as marks on entries do."""
    if _guard() is not None or _own():
        return False
    work = _work()
    return work is None or work.execution_path is not ExecutionPath.REPLAY


watch = Watch()
"""Of this process."""
