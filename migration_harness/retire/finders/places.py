"""What the finders have in common: trees and places."""

import ast
from collections.abc import Iterable, Iterator

from migration_harness.retire.lines import Place
from migration_harness.retire.sources import Sources


def nodes(sources: Sources, path: str) -> Iterator[ast.AST]:
    """Yield every node of a Python file; none where there is no such file. Raises SourceUnreadable."""
    module = sources.module(path)
    return iter(()) if module is None else ast.walk(module)


def place(sources: Sources, path: str, line: int) -> Place:
    """Return a line of a file as a place."""
    return Place(path=path, line=line, text=sources.line(path, line))


def places(sources: Sources, path: str, lines: Iterable[int]) -> Iterator[Place]:
    """Yield lines of a file as places, each once, in order."""
    return (place(sources, path, line) for line in sorted(set(lines)))


def statement_lines(module: ast.Module) -> dict[int, int]:
    """Return for every line of a simple statement the one on which it begins."""
    found: dict[int, int] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            found.update(dict.fromkeys(range(node.lineno, (node.end_lineno or node.lineno) + 1), node.lineno))
    return found
