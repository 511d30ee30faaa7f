"""The files of a host project, each read and parsed once, and what else is known of it."""

import ast
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from migration_harness.exceptions import SourceUnreadable
from migration_harness.retire.kept import KeptSchema
from migration_harness.retire.listing import Listing
from migration_harness.syntax.naming import targets


class Sources:
    """Everything below ``root``; paths are relative to it, with forward slashes.

    Attributes:
        schema: What the database has and what schema migrations make; None where nobody looked.
        retired: Seams whose flag is complete for everyone; None where nobody asked.
    """

    def __init__(
        self,
        root: Path,
        *,
        schema: tuple[KeptSchema, ...] | None = None,
        retired: frozenset[str] | None = None,
    ) -> None:
        self._root = root
        self._listing = Listing(root)
        self.schema = schema
        self.retired = retired
        self._texts: dict[str, str | None] = {}
        self._modules: dict[str, ast.Module | None] = {}

    def files(self, patterns: Sequence[str], *, but_not: Sequence[str] = ()) -> list[str]:
        """Return the files that one of these glob patterns matches and none of ``but_not`` does, in order."""
        return sorted(self._listing.matching(patterns) - self._listing.matching(but_not))

    def has_folder(self, path: str) -> bool:
        """Tell whether there is such a folder; the root is one."""
        return (self._root / PurePosixPath(path)).is_dir()

    def has_file(self, path: str) -> bool:
        """Tell whether there is such a file."""
        return (self._root / PurePosixPath(path)).is_file()

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

    def file_of(self, dotted: str) -> str | None:
        """Return the file of a module of the tree, None for one that is elsewhere."""
        stem = dotted.replace(".", "/")
        return next((path for path in (f"{stem}.py", f"{stem}/__init__.py") if self.has_file(path)), None)

    def imported_from(self, node: ast.ImportFrom, path: str) -> str | None:
        """Return the file from which a ``from … import`` takes names, None where it is not in the tree."""
        (_, dotted), *_ = targets(node, package_of(path))
        if node.names[0].name != "*":
            dotted = dotted.rpartition(".")[0]
        return self.file_of(dotted)

    def meaning(self, path: str, name: str) -> tuple[str | None, str]:
        """Return where a name of a file is defined, and how it is called there; None where the tree cannot tell."""
        first, _, rest = name.partition(".")
        module = self.module(path)
        for node in ast.walk(module) if module is not None else ():
            for bound, target in targets(node, package_of(path)):
                if bound == first and bound != "*":
                    where, _, called = (f"{target}.{rest}" if rest else target).rpartition(".")
                    return self.file_of(where), called
        return path, name


def module_of(path: str) -> str:
    """Return the dotted name of the module that a file of the tree is."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def package_of(path: str) -> str:
    """Return the package from which relative imports of a file start."""
    dotted = module_of(path)
    return dotted if path.endswith("/__init__.py") else dotted.rpartition(".")[0]
