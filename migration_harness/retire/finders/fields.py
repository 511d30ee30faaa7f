"""Fields of one Django model: by its class, its parents, and whatever is put onto it from elsewhere."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from migration_harness.retire.finders.places import nodes, place
from migration_harness.retire.lines import Place
from migration_harness.retire.sources import Sources
from migration_harness.syntax.texts import names_for_texts, written

_ADDS = frozenset({"add_to_class", "contribute_to_class", "setattr"})
_UNTOLD = ""
"""Stands for a name that nobody can tell by reading: it may be any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFields:
    """Fields of one Django model: those whose name, or column, matches and that do not stay.

    By the class body, with those of its parents in the tree; and in the files of ``anywhere`` by ``add_to_class``,
    ``contribute_to_class``, ``setattr`` and assignment. A name that is made up when it runs counts as a match.
    ``matching`` is a regular expression for the whole name.
    """

    path: str
    model: str
    matching: str = ".*"
    stay: frozenset[str] = frozenset()
    anywhere: tuple[str, ...] = ()
    but_not: tuple[str, ...] = ()

    def find(self, sources: Sources) -> Iterator[Place]:
        """Yield the line on which each field begins."""
        for path, body in _classes(sources, self.path, self.model, frozenset()):
            yield from (place(sources, path, line) for name, line in _fields(body, sources, path) if self._is(name))
        for path in sources.files(self.anywhere, but_not=self.but_not):
            yield from (place(sources, path, line) for name, line in self._added(sources, path) if self._is(name))

    def _is(self, name: str) -> bool:
        return name == _UNTOLD or (re.fullmatch(self.matching, name) is not None and name not in self.stay)

    def _added(self, sources: Sources, path: str) -> Iterator[tuple[str, int]]:
        module = sources.module(path)
        if module is None or self.model not in (sources.text(path) or ""):
            return
        known = names_for_texts(module)
        for node in ast.walk(module):
            match node:
                case ast.Call(func=ast.Attribute(attr=added) | ast.Name(id=added)) if added in _ADDS:
                    if self._is_meant(node):
                        yield _name_added(node, known), node.lineno
                case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=self.model), attr=name)], value=value):
                    if _makes_field(value):
                        yield name, node.lineno
                case _:
                    pass

    def _is_meant(self, call: ast.Call) -> bool:
        parts = [call.func, *call.args, *(each.value for each in call.keywords)]
        named = (each for part in parts for each in ast.walk(part))
        return any(
            (isinstance(each, ast.Name) and each.id == self.model)
            or (isinstance(each, ast.Attribute) and each.attr == self.model)
            or (isinstance(each, ast.Constant) and str(each.value).endswith(self.model))
            for each in named
        )


def _name_added(call: ast.Call, known: dict[str, str]) -> str:
    """Return the name under which something is put onto a model, _UNTOLD where it is not written out."""
    given = [*call.args, *(each.value for each in call.keywords)]
    texts = (written(each, known) for each in given)
    return next((text for text in texts if text is not None and text.isidentifier()), _UNTOLD)


def _classes(
    sources: Sources, path: str, name: str, seen: frozenset[tuple[str, str]]
) -> Iterator[tuple[str, ast.ClassDef]]:
    """Yield a class and its parents, as far as the tree has them, each with its file."""
    if (path, name) in seen:
        return
    for node in nodes(sources, path):
        if isinstance(node, ast.ClassDef) and node.name == name:
            yield path, node
            for parent in node.bases:
                where, called = sources.meaning(path, ast.unparse(parent).partition("[")[0])
                if where is not None:
                    yield from _classes(sources, where, called, seen | {(path, name)})


def _fields(model: ast.ClassDef, sources: Sources, path: str) -> Iterator[tuple[str, int]]:
    """Yield name and line of each field in a class body, in its branches and by ``locals()`` too."""
    module = sources.module(path)
    known = names_for_texts(module) if module is not None else {}
    waiting: list[ast.stmt] = list(model.body)
    while waiting:
        node = waiting.pop(0)
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                continue
            case ast.Assign(targets=targets, value=value) if _makes_field(value):
                for target in targets:
                    yield from _named(target, value, known, node.lineno)
            case ast.AnnAssign(target=target, value=ast.expr() as value) if _makes_field(value):
                yield from _named(target, value, known, node.lineno)
        waiting.extend(each for each in ast.iter_child_nodes(node) if isinstance(each, ast.stmt))
        for handler in getattr(node, "handlers", ()):
            waiting.extend(handler.body)


def _named(target: ast.expr, value: ast.expr, known: dict[str, str], line: int) -> Iterator[tuple[str, int]]:
    match target:
        case ast.Name(id=name):
            yield name, line
        case ast.Subscript(slice=index):
            yield written(index, known) or _UNTOLD, line
        case _:
            return
    for each in value.keywords if isinstance(value, ast.Call) else ():
        if each.arg == "db_column" and (column := written(each.value, known)):
            yield column, line


def _makes_field(value: ast.expr) -> bool:
    """Tell whether a value is the call of something that ends with ``Field`` or ``Key``."""
    return isinstance(value, ast.Call) and ast.unparse(value.func).endswith(("Field", "Key"))
