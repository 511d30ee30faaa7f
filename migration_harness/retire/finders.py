"""Finders: each says in a few words of data what kind of legacy code it looks for.

Python is parsed, so that a comment or a string that only speaks of a name is no finding. Other files are
read line by line.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from migration_harness.retire.lines import Place
from migration_harness.retire.sources import Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedNames:
    """Names that one Python file gives a value: by an assignment, or by an import that passes them on."""

    path: str
    names: frozenset[str]

    def find(self, sources: Sources) -> Iterator[Place]:
        """Yield every assignment and every import."""
        for node in _nodes(sources, self.path):
            match node:
                case ast.Name(id=name, ctx=ast.Store(), lineno=line) if name in self.names:
                    yield _place(sources, self.path, line)
                case ast.alias(name=name, asname=given, lineno=line) if (given or name) in self.names:
                    yield _place(sources, self.path, line)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedNames:
    """Names that one Python file uses: read, imported, as an attribute, or in ``getattr`` as text."""

    path: str
    names: frozenset[str]

    def find(self, sources: Sources) -> Iterator[Place]:
        """Yield every use, one for a line."""
        lines = {line for node in _nodes(sources, self.path) if (line := self._line_of_use(node))}
        for line in sorted(lines):
            yield _place(sources, self.path, line)

    def _line_of_use(self, node: ast.AST) -> int | None:
        match node:
            case (
                ast.Name(id=name, lineno=line)
                | ast.Attribute(attr=name, lineno=line)
                | ast.alias(name=name, lineno=line)
                | ast.Constant(value=str(name), lineno=line)
            ):
                return line if name in self.names else None
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFields:
    """Fields of one Django model, by the class body: those whose name matches and that do not stay.

    ``matching`` is a regular expression for the whole name.
    """

    path: str
    model: str
    matching: str = ".*"
    stay: frozenset[str] = frozenset()

    def find(self, sources: Sources) -> Iterator[Place]:
        """Yield the line on which each field begins."""
        for node in _nodes(sources, self.path):
            if isinstance(node, ast.ClassDef) and node.name == self.model:
                for name, line in _fields(node):
                    if re.fullmatch(self.matching, name) and name not in self.stay:
                        yield _place(sources, self.path, line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """Lines that a regular expression matches, in the files of some glob patterns."""

    files: tuple[str, ...]
    pattern: str
    but_not: tuple[str, ...] = ()

    def find(self, sources: Sources) -> Iterator[Place]:
        """Yield every line that matches."""
        pattern = re.compile(self.pattern)
        for path in sources.files(self.files, but_not=self.but_not):
            for number, line in enumerate((sources.text(path) or "").splitlines(), start=1):
                if pattern.search(line):
                    yield _place(sources, path, number)


def quoted(*texts: str) -> str:
    """Return the regular expression for one of these texts as a whole string literal, in any kind of quotes."""
    return rf"(['\"`])(?:{'|'.join(map(re.escape, texts))})\1"


def _nodes(sources: Sources, path: str) -> Iterator[ast.AST]:
    module = sources.module(path)
    return iter(()) if module is None else ast.walk(module)


def _fields(model: ast.ClassDef) -> Iterator[tuple[str, int]]:
    """Yield name and line of what a class body sets to the call of something that ends with ``Field`` or ``Key``."""
    for node in model.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=made)):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call(func=made)):
                pass
            case _:
                continue
        if ast.unparse(made).endswith(("Field", "Key")):
            yield name, node.lineno


def _place(sources: Sources, path: str, line: int) -> Place:
    return Place(path=path, line=line, text=sources.line(path, line))
