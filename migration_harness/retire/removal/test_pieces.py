"""What a test file consists of: functions, methods and fixtures, each with what it uses, needs and names."""

import ast
from collections.abc import Collection
from dataclasses import dataclass, field

from migration_harness.retire.removal.facts import Facts, Reading, Use


@dataclass(slots=True, kw_only=True)
class Piece:
    """A function, a method, or what a class is besides its methods.

    Attributes:
        name: At the top of the file, or ``Class.method``.
        uses: Names of modules that it uses.
        needs: Names of fixtures, or of anything that pytest passes in.
        strings: The texts in it, but for those that document.
        own: What it takes from ``self``.
        is_fixture: Other tests may need it.
        is_automatic: It is a fixture that every test has.
        is_test: It is run by itself.
        is_class: It stands for a class: where it goes, all of it does.
    """

    name: str
    uses: set[Use] = field(default_factory=set)
    needs: set[str] = field(default_factory=set)
    strings: set[str] = field(default_factory=set)
    own: set[str] = field(default_factory=set)
    is_fixture: bool = False
    is_automatic: bool = False
    is_test: bool = False
    is_class: bool = False


def pieces_of(path: str, text: str, facts: Facts, modules: Collection[str]) -> list[Piece]:
    """Return the pieces of a test file in order."""
    found = []
    for statement in ast.parse(text).body:
        match statement:
            case ast.ClassDef(name=name, body=body):
                methods = [each for each in body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
                shell: list[ast.AST] = [*statement.bases, *statement.decorator_list]
                shell += [each for each in body if each not in methods]
                found.append(_piece(name, shell, facts, path, modules))
                found[-1].is_class = True
                found += [_method(f"{name}.{each.name}", each, facts, path, modules) for each in methods]
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.append(_method(name, statement, facts, path, modules))
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                found.append(_piece(name, [statement], facts, path, modules))
            case ast.Assign(targets=[ast.Tuple(elts=targets)]):
                names = [each.id for each in targets if isinstance(each, ast.Name)]
                found += [_piece(name, [statement], facts, path, modules) for name in names]
    return found


def _piece(name: str, nodes: list[ast.AST], facts: Facts, path: str, modules: Collection[str]) -> Piece:
    reading = Reading(facts, path, modules)
    piece = Piece(name=name)
    for node in nodes:
        reading.visit(node)
        piece.needs |= _used_fixtures(node)
        piece.own |= _taken_from_self(node)
    piece.uses = reading.uses - {Use(facts.module, name)}
    piece.strings = reading.strings
    return piece


def _method(
    name: str, node: ast.FunctionDef | ast.AsyncFunctionDef, facts: Facts, path: str, modules: Collection[str]
) -> Piece:
    piece = _piece(name, [node], facts, path, modules)
    arguments = node.args
    piece.needs |= {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    decorators = [text for each in node.decorator_list if "fixture" in (text := ast.unparse(each))]
    piece.is_fixture = bool(decorators)
    piece.is_automatic = any("autouse" in text for text in decorators)
    piece.is_test = node.name.startswith("test")
    return piece


def _used_fixtures(node: ast.AST) -> set[str]:
    """Return the fixtures that a node names by text."""
    found = set()
    for each in ast.walk(node):
        match each:
            case ast.Call(func=ast.Attribute(attr="usefixtures" | "getfixturevalue"), args=arguments):
                found |= {text.value for text in arguments if isinstance(text, ast.Constant)}
    return {name for name in found if isinstance(name, str)}


def _taken_from_self(node: ast.AST) -> set[str]:
    return {
        each.attr
        for each in ast.walk(node)
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id in ("self", "cls")
    }
