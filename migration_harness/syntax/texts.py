"""Texts as they come out, however they are written: in one piece, added, formatted, joined, turned around."""

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

_METHODS: Final = frozenset(
    {"format", "join", "lower", "upper", "replace", "strip", "lstrip", "rstrip", "removeprefix", "removesuffix"}
)
"""Methods of a text that make another one of it, and nothing else."""
_LONGEST: Final = 10_000


class _NotWritten(Exception):
    """A value that nobody can tell by reading."""


def written(node: ast.AST, known: Mapping[str, str] | None = None) -> str | None:
    """Return the text that an expression comes to, None where reading cannot tell, or where it is no text.

    ``known`` are names that stand for texts.
    """
    try:
        value = _value(node, known or {})
    except _NotWritten:
        return None
    return value if isinstance(value, str) else None


def texts_in(tree: ast.AST, known: Mapping[str, str] | None = None) -> Iterator[tuple[ast.expr, str]]:
    """Yield every text below a node that is no docstring, with the outermost expression that comes to it."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.expr) and (text := written(node, known)) is not None:
            yield node, text
            if not isinstance(node, ast.Name):
                continue
        waiting.extend(ast.iter_child_nodes(node))


def names_for_texts(module: ast.Module) -> dict[str, str]:
    """Return the names that a module gives to texts at its top, each once, and what they stand for."""
    found: dict[str, str] = {}
    for node in module.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                pass
            case _:
                continue
        if (text := written(value, found)) is not None:
            found[name] = text
    return found


def _value(node: ast.AST | None, known: Mapping[str, str]) -> Any:
    """Return the value of an expression of constants. Raises _NotWritten."""
    match node:
        case ast.Constant(value=str() | int() | float() as value):
            return value
        case ast.Name(id=name, ctx=ast.Load()) if name in known:
            return known[name]
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return [_value(part, known) for part in parts]
        case ast.JoinedStr(values=parts):
            return "".join(str(_value(part, known)) for part in parts)
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return _value(value, known)
        case ast.BinOp(left=left, op=ast.Add() | ast.Mod() as sign, right=right):
            return _combined(_value(left, known), sign, _value(right, known))
        case ast.Subscript(value=of, slice=ast.Slice(lower=None, upper=None, step=step)):
            return _tried(lambda: _value(of, known)[:: _number(step)])
        case ast.Call(func=ast.Attribute(value=of, attr=name), args=args, keywords=named) if name in _METHODS:
            given = {each.arg: _value(each.value, known) for each in named if each.arg}
            text = _value(of, known)
            if isinstance(text, str) and len(given) == len(named):
                return _tried(lambda: getattr(text, name)(*(_value(each, known) for each in args), **given))
    raise _NotWritten


def _combined(left: Any, sign: ast.operator, right: Any) -> Any:
    if isinstance(sign, ast.Mod):
        if not isinstance(left, str):
            raise _NotWritten
        return _tried(lambda: left % (tuple(right) if isinstance(right, list) else right))
    return _tried(lambda: left + right)


def _number(step: ast.expr | None) -> int | None:
    match step:
        case None:
            return None
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return -number
        case ast.Constant(value=int(number)):
            return number
    raise _NotWritten


def _tried(make: Callable[[], Any]) -> Any:
    """Return what an operation on constants makes; what it cannot make is none, and neither is what grows large."""
    try:
        value = make()
    except (TypeError, ValueError, IndexError, KeyError, AttributeError, MemoryError) as error:
        raise _NotWritten from error
    if isinstance(value, str) and len(value) > _LONGEST:
        raise _NotWritten
    return value
