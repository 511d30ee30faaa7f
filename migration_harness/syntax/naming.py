"""What names in a module's code mean: by its imports, and by texts that are written out."""

import ast
import re
from collections.abc import Iterator
from typing import Final, Protocol

_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Named(Protocol):
    """What names itself: a module."""

    @property
    def name(self) -> str:
        """Dotted."""

    @property
    def package(self) -> str:
        """The package that relative imports start from."""


def targets(node: ast.AST, package: str) -> Iterator[tuple[str, str]]:
    """Yield the names that an import binds, each with what it is bound to; ``*`` with the module."""
    match node:
        case ast.Import(names=names):
            for each in names:
                top = each.name.partition(".")[0]
                yield (each.asname, each.name) if each.asname else (top, top)
        case ast.ImportFrom(names=names):
            base = _base(node, package)
            for each in names:
                yield each.asname or each.name, base if each.name == "*" else f"{base}.{each.name}"
        case _:
            return


def imported(node: ast.AST, package: str) -> Iterator[str]:
    """Yield what an import imports: the module, and what may be one."""
    match node:
        case ast.Import(names=names):
            yield from (each.name for each in names)
        case ast.ImportFrom(names=names):
            base = _base(node, package)
            yield base
            yield from (f"{base}.{each.name}" for each in names if each.name != "*")
        case _:
            return


def _base(node: ast.ImportFrom, package: str) -> str:
    return _above(package, node.level, node.module or "") if node.level else node.module or ""


def _above(package: str, level: int, rest: str) -> str:
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - level + 1], *([rest] if rest else [])])


def absolute(name: str, package: str) -> str:
    """Return a name that may begin with dots as it is from the top."""
    rest = name.lstrip(".")
    return name if rest == name else _above(package, len(name) - len(rest), rest) + ("" if rest else ".")


def text_of(node: ast.AST | None) -> str | None:
    """Return a text that is written out, None for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def known_text(node: ast.expr, module: Named) -> tuple[str, bool]:
    """Return how a text begins, as far as it is written out, and whether that is all of it."""
    match node:
        case ast.Constant(value=str(text)):
            return text, True
        case ast.Name(id="__name__"):
            return module.name, True
        case ast.Name(id="__package__"):
            return module.package, True
        case ast.FormattedValue(value=value, format_spec=None, conversion=-1):
            return known_text(value, module)
        case ast.JoinedStr(values=values):
            return _joined(values, module)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined([left, right], module)
        case _:
            return "", False


def _joined(values: list[ast.expr], module: Named) -> tuple[str, bool]:
    known = ""
    for value in values:
        text, is_all = known_text(value, module)
        known += text
        if not is_all:
            return known, False
    return known, True


def words_of(annotation: ast.expr) -> Iterator[str]:
    """Yield the names in an annotation, quoted or not."""
    for node in ast.walk(annotation):
        if isinstance(node, ast.Name):
            yield node.id
        elif (text := text_of(node)) is not None:
            yield from _WORD.findall(text)


def exported(nodes: list[ast.AST]) -> tuple[str, ...] | None:
    """Return what ``__all__`` says, nothing where it is not there; None where it is not written out."""
    found: list[str] = []
    written: set[ast.AST] = set()
    for node in nodes:
        match node:
            case ast.Assign(
                targets=[ast.Name(id="__all__") as name], value=ast.List(elts=names) | ast.Tuple(elts=names)
            ):
                texts = [text for each in names if (text := text_of(each)) is not None]
                if len(texts) == len(names):
                    written.add(name)
                    found += texts
            case ast.Name(id="__all__") if node not in written:
                return None
            case _:
                pass
    return tuple(found)
