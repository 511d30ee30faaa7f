"""The definitions of a tree, and which of them some lead to.

It errs on one side: what may be needed counts as needed. An attribute's name stands for every method of that name, a
text for what it could name, and what a decorator or a framework's base class gets is called by them.
"""

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from migration_harness.retire.reach.definitions import BODY, Defined, Definition, defined
from migration_harness.retire.sources import Sources, module_of
from migration_harness.syntax.naming import text_of

Key = tuple[str, str]
"""The file of a definition, and its name there."""
_PLAIN: Final = frozenset({"ABC", "Exception", "Generic", "Protocol", "ValueError", "object"})
"""Base classes that call none of a class's methods by themselves."""
_MOST_FOLLOWED: Final = 20
"""Files through which a name may be handed on."""


class Graph:
    """The definitions of some files, each parsed once."""

    def __init__(self, sources: Sources, paths: Sequence[str]) -> None:
        self._files: dict[str, Defined] = {}
        for path in paths:
            module = sources.module(path)
            if module is not None:
                self._files[path] = defined(path, module)
        self._by_module = {module_of(path): path for path in self._files}
        self._named: set[Key] | None = None
        self._tops = {name.partition(".")[0] for name in self._by_module}

    def definition(self, key: Key) -> Definition:
        """Return a definition."""
        return self._files[key[0]].by_name[key[1]]

    def bodies(self) -> Iterator[Key]:
        """Yield what runs when each file is imported."""
        return ((path, BODY) for path in self._files)

    def names_in(self, path: str) -> list[str]:
        """Return the names that a file defines, in order; none for a file that is not in the graph."""
        return [name for name in self._files[path].by_name if name != BODY] if path in self._files else []

    def reached(self, start: Iterable[Key], *, cut: frozenset[str] = frozenset(), runs: bool = True) -> set[Key]:
        """Return what these lead to, themselves among it.

        ``cut`` are seams that lead to their candidate alone. ``runs``: what is needed of a file needs what the file
        does when it is imported; without, only what a definition itself names.
        """
        return _Walk(self, cut=cut, runs=runs).go(start)

    def methods_of(self, key: Key) -> list[Key]:
        """Return the methods of a class."""
        path, name = key
        return [(path, each) for each in self._files[path].methods.get(name, ())]

    def named(self, dotted: str) -> Iterator[Key]:
        """Yield what a dotted name stands for: a definition, or what a file does when it is imported."""
        if dotted.partition(".")[0] not in self._tops:
            return
        module, rest = dotted, list[str]()
        while module and module not in self._by_module:
            module, _, last = module.rpartition(".")
            rest.insert(0, last)
        if module:
            path = self._by_module[module]
            yield from self.in_file(path, rest[0], rest[1:]) if rest else [(path, BODY)]

    def in_file(self, path: str, name: str, rest: Sequence[str] = (), depth: int = 0) -> Iterator[Key]:
        """Yield what a name means in a file, through its imports; nothing for one that is nobody's at the top."""
        found = self._files[path]
        if name in found.by_name:
            yield path, name
            if rest and f"{name}.{rest[0]}" in found.by_name:
                yield path, f"{name}.{rest[0]}"
            return
        if depth < _MOST_FOLLOWED:
            for target in found.bound.get(name, ()):
                yield from self.named(".".join([target, *rest]))
            for star in found.stars if name not in found.bound else ():
                if (module := self._by_module.get(star)) is not None:
                    yield from self.in_file(module, name, rest, depth + 1)

    def is_named(self, key: Key) -> bool:
        """Tell whether any code names a definition."""
        if self._named is None:
            self._named = _Walk(self, cut=frozenset(), runs=True).named_in(self._files)
        return key in self._named

    def imported_for_effect(self, path: str) -> Iterator[Key]:
        """Yield what a file imports and does not name again."""
        for target in self._files[path].unused_imports:
            yield from self.named(target)

    def is_plain(self, key: Key) -> bool:
        """Tell whether nobody but this tree calls the methods of a class."""
        bases = self.definition(key).bases
        return all(self._is_plain_base(key[0], ast.unparse(each).partition("[")[0]) for each in bases)

    def _is_plain_base(self, path: str, name: str) -> bool:
        first, *rest = name.split(".")
        found = [key for key in self.in_file(path, first, rest) if self.definition(key).is_class]
        return all(map(self.is_plain, found)) if found else name.rpartition(".")[2] in _PLAIN


class _Walk:
    """One walk through a graph."""

    def __init__(self, graph: Graph, *, cut: frozenset[str], runs: bool) -> None:
        self._graph, self._cut, self._runs = graph, cut, runs
        self._found: set[Key] = set()
        self._waiting: list[Key] = []
        self._attributes: set[str] = set()
        self._methods: dict[str, list[Key]] = {}
        """Methods of classes that are needed, by their names, until somebody names one."""

    def go(self, start: Iterable[Key]) -> set[Key]:
        for key in start:
            self._need(key)
        while self._waiting:
            path, name = key = self._waiting.pop()
            definition = self._graph.definition(key)
            if name == BODY:
                self._run(path)
            elif self._runs:
                self._need((path, BODY))
            if definition.is_class:
                self._class(path, name)
            for node in definition.code:
                self._read(path, node)
        return self._found

    def named_in(self, paths: Iterable[str]) -> set[Key]:
        """Return what the code of these files names, and follow none of it."""
        for path in paths:
            for name in (BODY, *self._graph.names_in(path)):
                for node in self._graph.definition((path, name)).code:
                    self._read(path, node)
        return self._found

    def _need(self, key: Key) -> None:
        if key not in self._found:
            self._found.add(key)
            self._waiting.append(key)

    def _run(self, path: str) -> None:
        """Need what happens by itself when a file is imported: what others get, and calls whose values nobody names."""
        for name in self._graph.names_in(path):
            key = path, name
            definition = self._graph.definition(key)
            if definition.of_class:
                continue
            of_framework = definition.is_class and not self._graph.is_plain(key)
            if definition.is_handed_on or of_framework or (definition.does and not self._graph.is_named(key)):
                self._need(key)
        for key in self._graph.imported_for_effect(path):
            self._need(key)

    def _class(self, path: str, name: str) -> None:
        """Need the methods of a class that others call: all of them where a framework has it."""
        is_plain = self._graph.is_plain((path, name))
        for each in self._graph.methods_of((path, name)):
            called = each[1].rpartition(".")[2]
            if not is_plain or called.startswith("__") or called in self._attributes or self._is_handed_on(each):
                self._need(each)
            else:
                self._methods.setdefault(called, []).append(each)

    def _is_handed_on(self, key: Key) -> bool:
        return self._graph.definition(key).is_handed_on

    def _attribute(self, name: str) -> None:
        if name not in self._attributes:
            self._attributes.add(name)
            for key in self._methods.pop(name, ()):
                self._need(key)

    def _read(self, path: str, node: ast.AST) -> None:
        """Need what a node names, without the controls of seams that are cut."""
        waiting: list[ast.AST] = [node]
        while waiting:
            each = waiting.pop()
            match each:
                case ast.Name(id=name):
                    self._names(path, name, [])
                case ast.Attribute():
                    self._chain(path, each)
                case ast.Constant(value=str(text)) if len(text) < 300:  # noqa: PLR2004  No name is longer.
                    self._text(text)
                case ast.Import() | ast.ImportFrom():
                    continue
            waiting.extend(self._inside(each))

    def _inside(self, node: ast.AST) -> Iterator[ast.AST]:
        stays = left_of_seam(node, self._cut)
        yield from ast.iter_child_nodes(node) if stays is None else stays

    def _chain(self, path: str, node: ast.Attribute) -> None:
        self._attribute(node.attr)
        parts: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            parts.insert(0, inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name):
            self._names(path, inner.id, parts)

    def _names(self, path: str, name: str, rest: list[str]) -> None:
        for key in self._graph.in_file(path, name, rest):
            # A package that is named on the way to something in it is not needed for itself.
            if key[1] != BODY or not rest:
                self._need(key)

    def _text(self, text: str) -> None:
        if text.isidentifier():
            self._attribute(text)
        elif "." in text and " " not in text:
            for key in self._graph.named(text.replace(":", ".")):
                self._need(key)


def left_of_seam(node: ast.AST, cut: frozenset[str]) -> list[ast.expr] | None:
    """Return what stays of a call that makes a seam that is cut, or its pair of stores; None for any other node.

    Of the seam its candidate, which callers call then; of the pair nothing.
    """
    if not cut or not isinstance(node, ast.Call):
        return None
    given = {each.arg: each.value for each in node.keywords if each.arg}
    named = {label for label in ("name", "seam") if text_of(given.get(label)) in cut}
    if "control" not in given or not named:
        return None
    return [given["candidate"]] if "name" in named and "candidate" in given else []
