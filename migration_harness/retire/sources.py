"""The files of a host project, each read and parsed once."""

import ast
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from migration_harness.exceptions import SourceUnreadable


class Sources:
    """Everything below ``root``; paths are relative to it, with forward slashes."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._texts: dict[str, str | None] = {}
        self._modules: dict[str, ast.Module | None] = {}

    def files(self, patterns: Sequence[str], *, but_not: Sequence[str] = ()) -> list[str]:
        """Return the files that one of these glob patterns matches and none of ``but_not`` does, in order."""
        return sorted(self._matching(patterns) - self._matching(but_not))

    def has_folder(self, path: str) -> bool:
        """Tell whether there is such a folder; the root is one."""
        return (self._root / PurePosixPath(path)).is_dir()

    def text(self, path: str) -> str | None:
        """Return the text of a file, None where there is no such file. Raises SourceUnreadable."""
        if path not in self._texts:
            file = self._root / PurePosixPath(path)
            try:
                self._texts[path] = file.read_text(encoding="utf-8") if file.is_file() else None
            except (OSError, UnicodeDecodeError) as error:
                raise SourceUnreadable(f"{path} cannot be read ({error}), so nobody can tell what is in it.") from error
        return self._texts[path]

    def line(self, path: str, number: int) -> str:
        """Return one line of a file, from 1, without the space around it."""
        return (self.text(path) or "").splitlines()[number - 1].strip()

    def module(self, path: str) -> ast.Module | None:
        """Return a parsed Python file, None where there is no such file. Raises SourceUnreadable."""
        if path not in self._modules:
            text = self.text(path)
            try:
                self._modules[path] = None if text is None else ast.parse(text, filename=path)
            except (SyntaxError, ValueError) as error:
                raise SourceUnreadable(f"{path} is no Python ({error}), so nobody can tell what is in it.") from error
        return self._modules[path]

    def _matching(self, patterns: Sequence[str]) -> set[str]:
        found = (file for pattern in patterns for file in self._root.glob(pattern) if file.is_file())
        return {file.relative_to(self._root).as_posix() for file in found}
