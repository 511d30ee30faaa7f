"""Which files below a folder some glob patterns match: each folder is listed once, however many patterns name it."""

import os
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Final

_ANY_DEPTH: Final = "**"
_WILD: Final = re.compile(r"[*?\[]")
_GONE: Final = (FileNotFoundError, NotADirectoryError, PermissionError)


class Listing:
    """The files below ``root`` as they were when a folder was listed first; matches what :meth:`Path.glob` does."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._below: dict[str, list[str]] = {}

    def matching(self, patterns: Sequence[str]) -> set[str]:
        """Return the files that one of these patterns matches, with forward slashes."""
        return {path for pattern in patterns for path in self._matching(pattern)}

    def _matching(self, pattern: str) -> Iterator[str]:
        if (rule := _rule_of(pattern)) is None:
            found = (file for file in self._root.glob(pattern) if file.is_file())
            return (file.relative_to(self._root).as_posix() for file in found)
        folder, matches = rule
        return filter(matches.fullmatch, self._files_below(folder))

    def _files_below(self, folder: str) -> list[str]:
        if folder not in self._below:
            self._below[folder] = list(_walk(str(self._root / folder), folder and f"{folder}/"))
        return self._below[folder]


def _walk(where: str, prefix: str) -> Iterator[str]:
    """Yield the files of a folder and those below it; links to folders lead out of it."""
    try:
        entries = os.scandir(where)
    except _GONE:
        return
    with entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path, f"{prefix}{entry.name}/")
            elif entry.is_file():
                yield prefix + entry.name


@lru_cache(maxsize=256)
def _rule_of(pattern: str) -> tuple[str, re.Pattern[str]] | None:
    """Return the folder in which a pattern of any depth looks, and what a path has to be; None: it is for ``glob``."""
    parts = PurePosixPath(pattern).parts
    if _ANY_DEPTH not in parts[:-1] or any(
        "[" in part or (_ANY_DEPTH in part and part != _ANY_DEPTH) for part in parts
    ):
        return None
    plain = next(place for place, part in enumerate(parts) if _WILD.search(part))
    *folders, name = parts
    told = "".join("(?:[^/]+/)*" if part == _ANY_DEPTH else f"{_of_one(part)}/" for part in folders)
    return "/".join(parts[:plain]), re.compile(told + _of_one(name), re.DOTALL)


def _of_one(part: str) -> str:
    return "".join({"*": "[^/]*", "?": "[^/]"}.get(letter) or re.escape(letter) for letter in part)
