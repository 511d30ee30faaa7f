"""Edits of one Python file by LibCST: definitions and imports go, all else keeps its formatting and its comments."""

from collections.abc import Callable, Sequence
from typing import cast

import libcst as cst

from migration_harness.retire.removal.elements import Thinning

Statement = cst.BaseStatement
Keep = Callable[[cst.BaseStatement], cst.BaseStatement | None]
"""Returns what stays of a statement; None where nothing does."""


def without(text: str, names: frozenset[str]) -> str:
    """Return a module without these definitions and imports; ``Class.method`` names a method."""
    module = cst.parse_module(text)
    body = prune(module.body, lambda statement: _kept(statement, names))
    return module.with_changes(body=body).code


def prune(body: Sequence[Statement], keep: Keep) -> list[Statement]:
    """Return what stays of a body; the text that documents an assignment goes with it."""
    found: list[Statement] = []
    gone = False
    for statement in body:
        if gone and _is_text(statement):
            continue
        kept = keep(statement)
        gone = kept is None
        if kept is not None:
            found.append(kept)
    return found


def assigned(statement: Statement) -> str:
    """Return the one name that a statement gives a value; empty for any other statement."""
    match statement:
        case cst.SimpleStatementLine(body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))])]):
            return name
        case cst.SimpleStatementLine(body=[cst.AnnAssign(target=cst.Name(value=name))]):
            return name
    return ""


def assigned_together(statement: Statement) -> list[str]:
    """Return every name that a statement gives a value, where it does nothing else; ``a, b = 1, 2`` gives two."""
    match statement:
        case cst.SimpleStatementLine(body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Tuple(elements=targets))])]):
            names = [each.value.value for each in targets if isinstance(each.value, cst.Name)]
            return names if len(names) == len(targets) else []
    name = assigned(statement)
    return [name] if name else []


def _kept(statement: Statement, names: frozenset[str]) -> Statement | None:
    match statement:
        case cst.FunctionDef(name=cst.Name(value=name)):
            return None if name in names else statement
        case cst.ClassDef(name=cst.Name(value=name)):
            return None if name in names else _class_without(statement, names)
        case cst.SimpleStatementLine(body=[(cst.Import() | cst.ImportFrom()) as line]):
            kept = import_without(line, names)
            return None if kept is None else statement.with_changes(body=[kept])
        case cst.SimpleStatementLine() if assigned(statement) == "__all__":
            return cast("Statement", statement.visit(_ListWithout(names)))
        case cst.SimpleStatementLine():
            given = assigned_together(statement)
            return None if given and set(given) <= names else statement
        case cst.If(body=cst.IndentedBlock(body=body)):
            inner = prune(body, lambda each: _kept(each, names))
            if not inner and statement.orelse is None:
                return None
            return statement.with_deep_changes(statement.body, body=inner or [pass_line()])
    return statement


def inlined(body: cst.BaseSuite, *, above: Sequence[cst.EmptyLine]) -> list[Statement]:
    """Return what a block consists of, in place of its statement; ``above``: what stood above that."""
    match body:
        case cst.IndentedBlock(body=[first, *others]):
            lines = [*above, *getattr(first, "leading_lines", ())]
            return [first.with_changes(leading_lines=lines), *others]
        case cst.SimpleStatementSuite(body=small):
            return [cst.SimpleStatementLine(body=small, leading_lines=above)]
    return []


def pass_line() -> cst.SimpleStatementLine:
    """Return the statement that does nothing."""
    return cst.SimpleStatementLine(body=[cst.Pass()])


def import_without(line: cst.Import | cst.ImportFrom, names: frozenset[str]) -> cst.Import | cst.ImportFrom | None:
    """Return an import without these local names; None where nothing is left of it."""
    if isinstance(line.names, cst.ImportStar):
        return line
    kept = [alias for alias in line.names if local_name(alias) not in names]
    if len(kept) == len(line.names):
        return line
    if not kept:
        return None
    if isinstance(line, cst.Import) or line.rpar is None:
        kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    else:
        kept[-1] = kept[-1].with_changes(comma=line.names[-1].comma)
    return line.with_changes(names=kept)


def local_name(alias: cst.ImportAlias) -> str:
    """Return the name that an import gives to what it brings."""
    return alias.evaluated_alias or alias.evaluated_name.partition(".")[0]


def _class_without(statement: cst.ClassDef, names: frozenset[str]) -> Statement:
    prefix = f"{statement.name.value}."
    inner = frozenset(name.removeprefix(prefix) for name in names if name.startswith(prefix))
    if not inner or not isinstance(statement.body, cst.IndentedBlock):
        return statement

    def keep(each: Statement) -> Statement | None:
        if isinstance(each, cst.FunctionDef):
            return None if each.name.value in inner else each
        return None if assigned(each) in inner and assigned(each) else each

    body = prune(statement.body.body, keep)
    return statement.with_deep_changes(statement.body, body=body or [pass_line()])


class _ListWithout(Thinning):
    """Takes texts out of a list."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__()
        self._names = names

    def goes(self, element: cst.CSTNode) -> bool:
        """Take out the name of what is gone."""
        match element:
            case cst.Element(value=cst.SimpleString() as text):
                return text.evaluated_value in self._names
        return False


def _is_text(statement: Statement) -> bool:
    match statement:
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString())]):
            return True
    return False
