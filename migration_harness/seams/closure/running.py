"""Which parts of a module's tree run: all but what is written for type checkers alone."""

import ast
from typing import Final

_NAME: Final = "TYPE_CHECKING"
_FROM: Final = frozenset({"typing", "typing_extensions"})


def split(tree: ast.Module) -> tuple[list[ast.AST], list[ast.AST]]:
    """Return the nodes that run, and those under ``if TYPE_CHECKING``."""
    run: list[ast.AST] = []
    never: list[ast.AST] = []
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        run.append(node)
        if isinstance(node, ast.If) and (said := _said(node.test)) is not None and _means_typing(tree):
            dead, alive = (node.body, node.orelse) if said else (node.orelse, node.body)
            never.extend(each for statement in dead for each in ast.walk(statement))
            waiting.extend(reversed(alive))
        else:
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))
    return run, never


def _said(test: ast.expr) -> bool | None:
    """Tell which way a test goes: True is for type checkers, False for what runs, None is another test."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        said = _said(test.operand)
        return None if said is None else not said
    if isinstance(test, ast.Name) and test.id == _NAME:
        return True
    return True if isinstance(test, ast.Attribute) and test.attr == _NAME else None


def _means_typing(tree: ast.Module) -> bool:
    """Tell whether the name is what it seems: imported from typing, or False; else what it hides runs."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=module, names=names):
                if module not in _FROM and any(_NAME in {each.asname, each.name} for each in names):
                    return False
            case ast.Name(id=name, ctx=ast.Store()) if name == _NAME and not _sets_false(tree):
                return False
            case ast.Attribute(attr=name, value=value) if name == _NAME and not _is_typing(tree, value):
                return False
            case _:
                pass
    return True


def _sets_false(tree: ast.Module) -> bool:
    """Tell whether every assignment of the name is of False, at the top of the module."""
    stored = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    false = [
        target
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and node.value.value is False
        for target in node.targets
    ]
    return all(node in false for node in stored if node.id == _NAME)


def _is_typing(tree: ast.Module, value: ast.expr) -> bool:
    """Tell whether an attribute is taken of the module typing, under whatever name it was imported."""
    names = {
        each.asname or each.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for each in node.names
        if each.name in _FROM
    }
    return isinstance(value, ast.Name) and value.id in names
