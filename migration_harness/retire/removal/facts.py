"""What a Python file defines at its top, and what each definition uses: the facts that reachability rests on."""

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from migration_harness.retire.removal.modules import absolute, module_of

_DOTTED: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")

_PLAIN_DECORATORS: Final = frozenset(
    {"cache", "contextmanager", "dataclass", "final", "lru_cache", "overload", "tombstone", "total_ordering", "unique",
     "wraps"}
)  # fmt: skip
"""Decorators that tell nobody of what they decorate."""


class Use(NamedTuple):
    """A name at the top of a module; the module itself where ``name`` is empty."""

    module: str
    name: str = ""


@dataclass(slots=True, kw_only=True)
class Definition:
    """A name at the top of a module.

    ``target``: what an import brings in; None for what is defined here. ``is_registered``: a decorator may have told
    somebody of it who uses it without its name.
    """

    name: str
    uses: set[Use] = field(default_factory=set)
    target: Use | None = None
    is_registered: bool = False


@dataclass(slots=True, kw_only=True)
class Facts:
    """One module: its definitions by name, and what its other statements use.

    ``known`` are names that it once defined: who uses one still means it. ``says_something``: a statement at its top
    does more than to define, import or document. ``named``: the modules that its texts name whole; who is given such a
    text looks there for names that stand nowhere.
    """

    module: str
    known: frozenset[str] = frozenset()
    says_something: bool = False
    definitions: dict[str, Definition] = field(default_factory=dict)
    loose: set[Use] = field(default_factory=set)
    named: set[str] = field(default_factory=set)


def facts_of(path: str, text: str, modules: Collection[str], known: frozenset[str] = frozenset()) -> Facts:
    """Return the facts of a Python file; ``modules`` are the names of all modules of the tree. Raises SyntaxError."""
    tree = ast.parse(text, filename=path)
    facts = Facts(module=module_of(path), known=known)
    statements = list(_flat(tree.body))
    for statement in statements:
        for name, target in _imports(statement, path, modules):
            facts.definitions[name] = Definition(name=name, uses={target}, target=target)
        for name in _defined(statement):
            facts.definitions.setdefault(name, Definition(name=name))
    for statement in statements:
        if not isinstance(statement, ast.Import | ast.ImportFrom):
            _read(statement, facts, path, modules)
    return facts


def _flat(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield statements, and those inside a module's own ``if``, ``try`` and ``with`` in place of these."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.If | ast.Try):
            yield from _flat(statement.body)
            yield from _flat(statement.orelse)


def _imports(statement: ast.stmt, path: str, modules: Collection[str]) -> Iterator[tuple[str, Use]]:
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            if alias.asname:
                yield alias.asname, Use(alias.name)
            else:
                yield alias.name.partition(".")[0], Use(alias.name.partition(".")[0])
    elif isinstance(statement, ast.ImportFrom):
        source = absolute(statement.module, level=statement.level, path=path)
        for alias in statement.names:
            whole = f"{source}.{alias.name}"
            yield alias.asname or alias.name, Use(whole) if whole in modules else Use(source, alias.name)


def _defined(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case ast.Assign(targets=[ast.Tuple(elts=targets)]):
            yield from (each.id for each in targets if isinstance(each, ast.Name))


def _read(statement: ast.stmt, facts: Facts, path: str, modules: Collection[str]) -> None:
    if isinstance(statement, ast.If | ast.Try):
        if isinstance(statement, ast.If):
            facts.loose |= uses_of(statement.test, facts, path, modules)
        return
    names = list(_defined(statement))
    found = Reading(facts, path, modules)
    found.visit(statement)
    facts.named |= {text for text in found.strings if text in modules}
    if not names:
        facts.loose |= found.uses
        facts.says_something |= not _is_text(statement)
    for name in names:
        facts.definitions[name].is_registered |= _is_registered(statement)
        facts.definitions[name].uses |= found.uses - {Use(facts.module, name)}


def _is_registered(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return False
    decorators = [each.func if isinstance(each, ast.Call) else each for each in statement.decorator_list]
    return any(ast.unparse(each).rpartition(".")[2] not in _PLAIN_DECORATORS for each in decorators)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def uses_of(node: ast.AST, facts: Facts, path: str, modules: Collection[str]) -> set[Use]:
    """Return what one piece of a module uses."""
    reading = Reading(facts, path, modules)
    reading.visit(node)
    return reading.uses


class Reading(ast.NodeVisitor):
    """Collects what is used; a name that a function binds itself is not the module's."""

    def __init__(self, facts: Facts, path: str, modules: Collection[str]) -> None:
        self._facts, self._path, self._modules = facts, path, modules
        self._scopes: list[dict[str, Use | None]] = []
        self.uses: set[Use] = set()
        self.strings: set[str] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        """Read what is outside its scope, then its body in a scope of its own."""
        arguments = node.args
        outside: list[ast.AST] = [*arguments.defaults, *(each for each in arguments.kw_defaults if each)]
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        given = [each for each in every if each]
        for each in given:
            self._annotation(each.annotation)
        body: list[ast.AST]
        if isinstance(node, ast.Lambda):
            body = [node.body]
        else:
            outside += node.decorator_list
            self._annotation(node.returns)
            body = list(node.body)
        for part in outside:
            self.visit(part)
        scope: dict[str, Use | None] = {each.arg: None for each in given}
        for part in body:
            scope |= self._bound(part)
        self._within(scope, body)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815
    visit_Lambda = visit_FunctionDef  # noqa: N815

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        """Read it in a scope of its own."""
        scope: dict[str, Use | None] = {}
        for each in ast.walk(node):
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                scope[each.id] = None
        self._within(scope, list(ast.iter_child_nodes(node)))

    visit_SetComp = visit_ListComp  # noqa: N815
    visit_DictComp = visit_ListComp  # noqa: N815
    visit_GeneratorExp = visit_ListComp  # noqa: N815

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        """Count an import inside a function as a use."""
        for _name, target in _imports(node, self._path, self._modules):
            self.uses.add(target)
            self.uses |= {Use(target.module)}

    visit_ImportFrom = visit_Import  # noqa: N815

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Read its annotation, which may be quoted."""
        self._annotation(node.annotation)
        self.visit(node.target)
        if node.value:
            self.visit(node.value)

    def visit_Name(self, node: ast.Name) -> None:
        """Count a name of the module."""
        if use := self._meaning(node.id):
            self.uses.add(use)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Count what is taken from a module, too."""
        names: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            names.append(inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name):
            self._count_path(inner.id, names[::-1])
        self.visit(inner)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Count what a text names by its dotted path."""
        if isinstance(node.value, str):
            self.strings.add(node.value)
            if _DOTTED.fullmatch(node.value) and (use := named_by(node.value, self._modules)):
                self.uses.add(use)

    def visit_Expr(self, node: ast.Expr) -> None:
        """Pass over a docstring."""
        if not isinstance(node.value, ast.Constant):
            self.visit(node.value)

    def _annotation(self, node: ast.expr | None) -> None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node = ast.parse(node.value, mode="eval").body
        if node is not None:
            self.visit(node)

    def _count_path(self, root: str, names: list[str]) -> None:
        use = self._scoped(root) or (
            self._facts.definitions[root].target if root in self._facts.definitions and not self._hidden(root) else None
        )
        if use is None or use.name:
            return
        module = use.module
        for name in names:
            if f"{module}.{name}" not in self._modules:
                self.uses.add(Use(module, name))
                return
            module = f"{module}.{name}"
            self.uses.add(Use(module))

    def _within(self, scope: dict[str, Use | None], parts: list[ast.AST]) -> None:
        self._scopes.append(scope)
        for part in parts:
            self.visit(part)
        self._scopes.pop()

    def _bound(self, part: ast.AST) -> dict[str, Use | None]:
        found: dict[str, Use | None] = {}
        of_module: set[str] = set()
        for node in ast.walk(part):
            if isinstance(node, ast.Name):
                if isinstance(node.ctx, ast.Store):
                    found[node.id] = None
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                found[node.name] = None
            elif isinstance(node, ast.Import | ast.ImportFrom):
                found |= dict(_imports(node, self._path, self._modules))
            elif isinstance(node, ast.Global):
                of_module.update(node.names)
        return {name: use for name, use in found.items() if name not in of_module}

    def _hidden(self, name: str) -> bool:
        return any(name in scope for scope in self._scopes)

    def _scoped(self, name: str) -> Use | None:
        return next((scope[name] for scope in reversed(self._scopes) if name in scope), None)

    def _meaning(self, name: str) -> Use | None:
        if self._hidden(name):
            return self._scoped(name)
        is_ours = name in self._facts.definitions or name in self._facts.known
        return Use(self._facts.module, name) if is_ours else None


def named_by(text: str, modules: Collection[str]) -> Use | None:
    """Return what a dotted path names, by the longest module that it begins with; None for a path of nobody here."""
    if text in modules:
        return Use(text)
    head, _, last = text.rpartition(".")
    while head:
        if head in modules:
            return Use(head, last)
        head, _, last = head.rpartition(".")
    return None
