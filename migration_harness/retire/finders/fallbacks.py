"""Fallbacks: a value that takes the place of one that is not there, where an error would have to be raised."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from migration_harness.retire.finders.places import nodes, places
from migration_harness.retire.lines import Place
from migration_harness.retire.sources import Sources

_CONSTANT: Final = re.compile(r"_{0,2}[A-Z][A-Z0-9_]+")
_TAKE_A_DEFAULT: Final = {"get": 2, "pop": 2, "setdefault": 2, "getattr": 3, "next": 2}
"""Calls whose last argument stands for what is missing, and how many arguments they have then."""
_FALL_BACK: Final = frozenset({"ChainMap", "Coalesce", "defaultdict", "suppress"})
_NUMBERS: Final = frozenset({"Decimal", "Fraction", "float", "int"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallbacks:
    """Places of one Python file at which a constant answers where something is missing, or an error is swallowed.

    An ``except`` that raises nothing, a default in ``get`` and its like, ``or`` and a conditional with a constant.
    None is no value, and so is no fallback.
    """

    path: str

    def find(self, sources: Sources) -> Iterator[Place]:
        """Yield the line of each."""
        lines = [line for node in nodes(sources, self.path) if (line := _line(node))]
        yield from places(sources, self.path, lines)


def _line(node: ast.AST) -> int | None:
    match node:
        case ast.ExceptHandler(lineno=line) if not any(isinstance(each, ast.Raise) for each in ast.walk(node)):
            return line
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args, lineno=line):
            takes = _TAKE_A_DEFAULT.get(name)
            falls_back = name in _FALL_BACK or (takes == len(args) and not _is_none(args[-1]))
            return line if falls_back else None
        case ast.BoolOp(op=ast.Or(), values=[_, *others], lineno=line) if any(map(_is_constant, others)):
            return line
        case ast.IfExp(body=body, orelse=orelse, lineno=line) if _is_amount(body) or _is_amount(orelse):
            return line
        case ast.Dict(keys=keys, values=values, lineno=line):
            unpacked = (value for key, value in zip(keys, values, strict=True) if key is None)
            return line if any(map(_is_constant, unpacked)) else None
        case ast.BinOp(left=left, op=ast.BitOr(), right=right, lineno=line):
            return line if _is_amount(left) or _is_amount(right) else None
    return None


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_constant(node: ast.expr) -> bool:
    """Tell whether an expression is a text, or what :func:`_is_amount` is."""
    return (isinstance(node, ast.Constant) and isinstance(node.value, str)) or _is_amount(node)


def _is_amount(node: ast.expr) -> bool:
    """Tell whether an expression is a number, a name in capitals, or an item of one."""
    match node:
        case ast.Constant(value=bool()):
            return False
        case ast.Constant(value=int() | float()):
            return True
        case ast.Name(id=name) | ast.Attribute(attr=name) if _CONSTANT.fullmatch(name):
            return True
        case ast.Subscript(value=of):
            return _is_amount(of)
        case ast.Call(func=ast.Name(id=name)):
            return name in _NUMBERS
        case ast.Call(func=ast.Attribute(value=of)):
            return _is_amount(of)
    return False
