"""What a module defines at its top, and what of its code belongs to which definition."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from migration_harness.retire.sources import package_of
from migration_harness.syntax.naming import targets

BODY: Final = ""
"""The name of what runs when a module is imported."""
_SAME: Final = frozenset(
    {"cache", "cached_property", "classmethod", "contextmanager", "dataclass", "final", "lru_cache", "overload",
     "override", "property", "staticmethod", "tombstone", "wraps"}
)  # fmt: skip
"""Decorators that hand what they get to nobody else."""


@dataclass(slots=True, kw_only=True)
class Definition:
    """A name at the top of a module, or a method of a class there, and its code.

    Attributes:
        name: ``function``, ``Class``, ``Class.method``, ``CONSTANT``, or BODY.
        line: Where it begins.
        code: Its nodes, without those of its methods.
        of_class: The class of a method.
        is_handed_on: A decorator, or a framework's base class, gets it as soon as the module is imported.
        does: It is the value of a call, which may keep what it gets.
        bases: Of a class.
    """

    name: str
    line: int
    code: list[ast.AST] = field(default_factory=list)
    of_class: str = ""
    is_handed_on: bool = False
    does: bool = False
    is_class: bool = False
    bases: list[ast.expr] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Defined:
    """What one file defines, and what its imports bind."""

    path: str
    by_name: dict[str, Definition]
    bound: dict[str, set[str]]
    """Names to dotted names."""
    stars: set[str]
    used: set[str]
    """Every name that is read anywhere in the file."""
    methods: dict[str, list[str]] = field(default_factory=dict)
    """The methods of each class."""

    @property
    def unused_imports(self) -> set[str]:
        """What is imported and not named again: for what it does when it is imported, or to hand it on."""
        return {target for name, found in self.bound.items() if name not in self.used for target in found}


def defined(path: str, module: ast.Module) -> Defined:
    """Return what a file defines."""
    found = Defined(path=path, by_name={BODY: Definition(name=BODY, line=1)}, bound={}, stars=set(), used=set())
    for node in ast.walk(module):
        for name, target in targets(node, package_of(path)):
            if name == "*":
                found.stars.add(target)
            else:
                found.bound.setdefault(name, set()).add(target)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found.used.add(node.id)
    for statement in _flat(module.body):
        _take(statement, found)
    return found


def _flat(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements at the top, those in its branches too."""
    for statement in body:
        match statement:
            case ast.If(test=test, body=inner, orelse=other):
                yield ast.copy_location(ast.Expr(value=test), test)
                yield from _flat(inner + other)
            case ast.Try(body=inner, orelse=other, finalbody=final, handlers=handlers):
                yield from _flat(inner + other + final + [each for handler in handlers for each in handler.body])
            case ast.With(body=inner):
                yield from _flat(inner)
            case _:
                yield statement


def _take(statement: ast.stmt, found: Defined) -> None:
    body = found.by_name[BODY]
    match statement:
        case ast.Import() | ast.ImportFrom():
            return
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            _add(found, Definition(name=name, line=statement.lineno, code=[statement], is_handed_on=_handed(statement)))
        case ast.ClassDef():
            _take_class(statement, found)
        case ast.Assign(targets=given, value=value) if all(isinstance(each, ast.Name) for each in given):
            for each in given:
                _add(found, Definition(name=each.id, line=statement.lineno, code=[value], does=_does(value)))  # type: ignore[attr-defined]
        case ast.AnnAssign(target=ast.Name(id=name), value=given_value):
            code: list[ast.AST] = [statement.annotation, *([given_value] if given_value else [])]
            does = given_value is not None and _does(given_value)
            _add(found, Definition(name=name, line=statement.lineno, code=code, does=does))
        case _:
            body.code.append(statement)


def _take_class(node: ast.ClassDef, found: Defined) -> None:
    own = Definition(name=node.name, line=node.lineno, is_handed_on=_handed(node), is_class=True, bases=node.bases)
    own.code = [*node.bases, *(each.value for each in node.keywords), *node.decorator_list]
    _add(found, own)
    for inner in node.body:
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
            method = Definition(name=f"{node.name}.{inner.name}", line=inner.lineno, code=[inner], of_class=node.name)
            method.is_handed_on = _handed(inner)
            _add(found, method)
            found.methods.setdefault(node.name, []).append(method.name)
        else:
            own.code.append(inner)


def _add(found: Defined, definition: Definition) -> None:
    known = found.by_name.get(definition.name)
    if known is None:
        found.by_name[definition.name] = definition
    else:
        known.code += definition.code
        known.is_handed_on |= definition.is_handed_on
        known.does |= definition.does


def _handed(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Tell whether a decorator may hand something to whoever calls it."""
    for each in node.decorator_list:
        made = each.func if isinstance(each, ast.Call) else each
        if ast.unparse(made).rpartition(".")[2] not in _SAME:
            return True
    return False


def _does(value: ast.expr) -> bool:
    """Tell whether a value calls something."""
    return any(isinstance(node, ast.Call) for node in ast.walk(value))
