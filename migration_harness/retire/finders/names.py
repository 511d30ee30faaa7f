"""Names that Python gives and uses, by whatever way."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from migration_harness.retire.finders.places import nodes, places
from migration_harness.retire.lines import Place
from migration_harness.retire.sources import Sources
from migration_harness.syntax.texts import names_for_texts, texts_in


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedNames:
    """Names that one Python file gives a value: by assignment, definition, an import, a star, or as a text.

    A text counts because there are many ways from it to a name: ``globals()``, ``setattr``, ``__getattr__``.
    """

    path: str
    names: frozenset[str]

    def find(self, sources: Sources) -> Iterator[Place]:
        """Yield every line that gives one of them a value."""
        lines = {line for node in nodes(sources, self.path) if (line := self._line(node, sources))}
        yield from places(sources, self.path, lines | set(lines_of_texts(sources, self.path, self.names)))

    def _line(self, node: ast.AST, sources: Sources) -> int | None:
        match node:
            case (
                ast.Name(id=name, ctx=ast.Store(), lineno=line)
                | ast.FunctionDef(name=name, lineno=line)
                | ast.ClassDef(name=name, lineno=line)
                | ast.Attribute(attr=name, ctx=ast.Store(), lineno=line)
                | ast.keyword(arg=str(name), lineno=line)
            ) if name in self.names:
                return line
            case ast.alias(name=name, asname=given, lineno=line) if (given or name) in self.names:
                return line
            case ast.ImportFrom(lineno=line) if brings(node, self.path, self.names, sources):
                return line
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedNames:
    """Names that one Python file uses: read, imported, by a star, as an attribute, or as text."""

    path: str
    names: frozenset[str]

    def find(self, sources: Sources) -> Iterator[Place]:
        """Yield every use, one for a line."""
        lines = {line for node in nodes(sources, self.path) if (line := self._line_of_use(node, sources))}
        yield from places(sources, self.path, lines | set(lines_of_texts(sources, self.path, self.names)))

    def _line_of_use(self, node: ast.AST, sources: Sources) -> int | None:
        match node:
            case (
                ast.Name(id=name, lineno=line)
                | ast.Attribute(attr=name, lineno=line)
                | ast.alias(name=name, lineno=line)
                | ast.keyword(arg=str(name), lineno=line)
            ) if name in self.names:
                return line
            case ast.ImportFrom(lineno=line) if brings(node, self.path, self.names, sources):
                return line
        return None


def lines_of_texts(sources: Sources, path: str, names: frozenset[str]) -> Iterator[int]:
    """Yield the lines of a Python file on which a text is one of these names, however it is written."""
    module = sources.module(path)
    if module is not None:
        yield from (node.lineno for node, text in texts_in(module, names_for_texts(module)) if text in names)


def brings(node: ast.ImportFrom, path: str, names: frozenset[str], sources: Sources) -> bool:
    """Tell whether a star brings one of these names from a file of the tree, through whatever further stars."""
    return any(each.name == "*" for each in node.names) and bool(_of_star(node, path, sources, frozenset()) & names)


def _of_star(node: ast.ImportFrom, path: str, sources: Sources, seen: frozenset[str]) -> set[str]:
    """Return the names that a star import brings, as far as the tree has the module."""
    target = sources.imported_from(node, path)
    if target is None or target in seen:
        return set()
    found: set[str] = set()
    for each in nodes(sources, target):
        match each:
            case ast.Name(id=name, ctx=ast.Store()) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.alias(name=name, asname=given) if name != "*":
                found.add(given or name)
            case ast.ImportFrom(names=[ast.alias(name="*")]):
                found |= _of_star(each, target, sources, seen | {target})
    return found
