"""The files of a host project, and whether they are still as they were when somebody looked."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from migration_harness.retire.sources import Sources

_SETTLED_NS: Final = 2_000_000_000
"""What was written less than this before may be written again and look the same: the clock of files is coarse."""

T = TypeVar("T")
Question = tuple[str, tuple[Any, ...]]
"""A method of :class:`Tree`, and what it was asked with."""


class Tree:
    """What is below ``root``, without reading any of it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def files(self, patterns: tuple[str, ...], but_not: tuple[str, ...]) -> list[str]:
        """Return the files of some patterns."""
        return Sources(self._root).files(patterns, but_not=but_not)

    def has_folder(self, path: str) -> bool:
        """Tell whether there is such a folder."""
        return Sources(self._root).has_folder(path)

    def written(self, path: str) -> tuple[int, ...]:
        """Return how a file looks from outside, another one after each change of it; nothing where there is none."""
        try:
            found = os.stat(f"{self._root}/{path}")  # noqa: PTH116  Of some hundred files on a page: a Path costs more.
        except OSError:
            return ()
        # The time of the last change cannot be set, as that of the last writing can.
        return found.st_ctime_ns, found.st_mtime_ns, found.st_size, found.st_ino


class LookedAtOnce(Tree):
    """A tree for questions that are asked together: who asks the same again gets the same answer."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._sources, self._answers = Sources(root), dict[Question, Any]()

    def files(self, patterns: tuple[str, ...], but_not: tuple[str, ...]) -> list[str]:
        """Return the files of some patterns."""
        return self._once("files", self._listed, patterns, but_not)

    def has_folder(self, path: str) -> bool:
        """Tell whether there is such a folder."""
        return self._once("has_folder", super().has_folder, path)

    def written(self, path: str) -> tuple[int, ...]:
        """Return how a file looks from outside."""
        return self._once("written", super().written, path)

    def _listed(self, patterns: tuple[str, ...], but_not: tuple[str, ...]) -> list[str]:
        return self._sources.files(patterns, but_not=but_not)

    def _once(self, name: str, ask: Callable[..., T], *given: Any) -> T:
        question = name, given
        if question not in self._answers:
            self._answers[question] = ask(*given)
        answer: T = self._answers[question]
        return answer


class WatchedSources(Sources):
    """Sources that note what they were asked and what the answer was."""

    def __init__(self, root: Path, **known: Any) -> None:
        super().__init__(root, **known)
        self._tree, self._asked = Tree(root), dict[Question, Any]()
        self._settled_ns = time.time_ns() - _SETTLED_NS

    @property
    def noted(self) -> "Noted | None":
        """What was asked; None where a file was written just before, and may be written again and look the same."""
        times = [answer[0] for (name, _), answer in self._asked.items() if name == "written" and answer]
        return Noted(root=self._root, asked=self._asked) if max(times, default=0) < self._settled_ns else None

    def files(self, patterns: Sequence[str], *, but_not: Sequence[str] = ()) -> list[str]:
        """Return the files that one of these glob patterns matches and none of ``but_not`` does, in order."""
        return list(self._ask("files", tuple(patterns), tuple(but_not)))

    def has_folder(self, path: str) -> bool:
        """Tell whether there is such a folder; the root is one."""
        return bool(self._ask("has_folder", path))

    def has_file(self, path: str) -> bool:
        """Tell whether there is such a file."""
        self._ask("written", path)
        return super().has_file(path)

    def text(self, path: str) -> str | None:
        """Return the text of a file, None where there is no such file. Raises SourceUnreadable."""
        # Asked before it is read: what is written in between looks changed.
        self._ask("written", path)
        return super().text(path)

    def _ask(self, name: str, *arguments: Any) -> Any:
        question = name, arguments
        if question not in self._asked:
            self._asked[question] = getattr(self._tree, name)(*arguments)
        return self._asked[question]


class Noted:
    """Questions to a tree with their answers."""

    def __init__(self, *, root: Path, asked: dict[Question, Any]) -> None:
        self._root, self._asked = root, asked

    def holds(self, tree: Tree | None = None) -> bool:
        """Tell whether each of them would be answered alike; ``tree``: by this look at the same root."""
        now = tree or LookedAtOnce(self._root)
        return all(getattr(now, name)(*given) == answer for (name, given), answer in self._asked.items())
