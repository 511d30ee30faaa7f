"""Conditions on a retired flag are true: what depends on them collapses to what happens then."""

from collections.abc import Mapping, Sequence
from typing import Final

import libcst as cst

from migration_harness.exceptions import NotRemovable
from migration_harness.retire.removal.editing import assigned, inlined, pass_line
from migration_harness.retire.removal.retired import Retired
from migration_harness.retire.removal.tree import Tree

_ASKS: Final = {"flag_is_active": 1, "is_live": 0}
"""Functions that ask a flag, and which argument names it."""
_DECORATOR: Final = "waffle_flag"
"""Of a view: it is there where the flag is on, and 404 else."""


def collapse(tree: Tree, retired: Retired) -> None:
    """Take every question about a retired flag out of the Python files."""
    for path in tree.python():
        text = tree.text(path)
        if any(f"{ask}(" in text for ask in (*_ASKS, _DECORATOR)):
            module = cst.parse_module(text)
            folded = module.visit(Folding(retired, constants_of(module)))
            tree.write(path, folded.code)


def constants_of(module: cst.Module) -> dict[str, str]:
    """Return the texts that a module gives a name at its top."""
    found = {}
    for statement in module.body:
        match statement:
            case cst.SimpleStatementLine(body=[cst.Assign(value=value) | cst.AnnAssign(value=value)]):
                if isinstance(value, cst.SimpleString) and isinstance(value.evaluated_value, str):
                    found[assigned(statement)] = value.evaluated_value
    return found


class Folding(cst.CSTTransformer):
    """Replaces questions by ``True`` and folds what follows from it."""

    def __init__(self, retired: Retired, constants: Mapping[str, str]) -> None:
        super().__init__()
        self._flags, self._constants = retired.flags, constants

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:  # noqa: N802
        """Answer a question; ``bool(True)`` is True. A view that was wrapped by a call stands alone."""
        if self._is_decorator(original_node.func) and len(updated_node.args) == 1:
            return updated_node.args[0].value
        match original_node.func:
            case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
                pass
            case _:
                return updated_node
        if name in _ASKS and self._names(original_node.args, _ASKS[name]) in self._flags:
            return cst.Name("True")
        if name == "bool" and len(updated_node.args) == 1 and is_true(updated_node.args[0].value):
            return cst.Name("True")
        return updated_node

    def leave_FunctionDef(  # noqa: N802
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        """Take the decorator off a view."""
        kept = [each for each in updated_node.decorators if not self._is_decorator(each.decorator)]
        return (
            updated_node if len(kept) == len(original_node.decorators) else updated_node.with_changes(decorators=kept)
        )

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:  # noqa: N802
        """Take ``method_decorator`` off a view that is a class."""
        kept = [each for each in updated_node.decorators if not self._is_decorator(each.decorator)]
        return (
            updated_node if len(kept) == len(original_node.decorators) else updated_node.with_changes(decorators=kept)
        )

    def leave_UnaryOperation(  # noqa: N802
        self, original_node: cst.UnaryOperation, updated_node: cst.UnaryOperation
    ) -> cst.BaseExpression:
        """``not True`` is False."""
        if (
            isinstance(updated_node.operator, cst.Not)
            and is_known(updated_node.expression)
            and _changed(original_node, updated_node)
        ):
            return cst.Name("False" if is_true(updated_node.expression) else "True")
        return updated_node

    def leave_BooleanOperation(  # noqa: N802
        self, original_node: cst.BooleanOperation, updated_node: cst.BooleanOperation
    ) -> cst.BaseExpression:
        """A known operand decides, or says nothing."""
        if not _changed(original_node, updated_node):
            return updated_node
        left, right = updated_node.left, updated_node.right
        is_and = isinstance(updated_node.operator, cst.And)
        if is_known(left):
            return right if is_true(left) == is_and else left
        if is_known(right) and is_true(right) == is_and:
            return left
        return updated_node

    def leave_IfExp(self, original_node: cst.IfExp, updated_node: cst.IfExp) -> cst.BaseExpression:  # noqa: N802
        """A known condition leaves one of both."""
        if is_known(updated_node.test) and _changed(original_node, updated_node):
            return updated_node.body if is_true(updated_node.test) else updated_node.orelse
        return updated_node

    def leave_If(  # noqa: N802
        self, original_node: cst.If, updated_node: cst.If
    ) -> cst.If | cst.FlattenSentinel[cst.BaseStatement] | cst.RemovalSentinel:
        """A known condition leaves one of both branches."""
        if not is_known(updated_node.test) or not _changed(original_node, updated_node):
            return updated_node
        if is_true(updated_node.test):
            return cst.FlattenSentinel(inlined(updated_node.body, above=updated_node.leading_lines))
        match updated_node.orelse:
            case None:
                return cst.RemoveFromParent()
            case cst.Else(body=body):
                return cst.FlattenSentinel(inlined(body, above=updated_node.leading_lines))
            case other:
                return cst.FlattenSentinel([other.with_changes(leading_lines=updated_node.leading_lines)])

    def leave_IndentedBlock(  # noqa: N802
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        """Keep nothing behind a return that was conditional; a block is never empty."""
        if original_node.body is updated_node.body or not _changed(original_node, updated_node):
            return updated_node
        return updated_node.with_changes(body=_until_the_end(updated_node.body) or [pass_line()])

    def _is_decorator(self, node: cst.BaseExpression) -> bool:
        """Tell whether this makes a view depend on a retired flag. Raises NotRemovable for one that is gone with it."""
        match node:
            case cst.Call(func=cst.Name(value="method_decorator"), args=[cst.Arg(value=inner), *_]):
                return self._is_decorator(inner)
            case cst.Call(func=cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)), args=arguments):
                asked = self._names(arguments, 0) if name == _DECORATOR else ""
                if asked.startswith("!") and asked[1:] in self._flags:
                    raise NotRemovable(
                        f"A view is there only while {asked[1:]} is off ({_DECORATOR} with {asked!r}): nobody gets it "
                        "any more. Mark it with what leads to it (@legacy begin … @legacy end)."
                    )
                return asked in self._flags
        return False

    def _names(self, arguments: Sequence[cst.Arg], place: int) -> str:
        given = next((each for each in arguments if each.keyword and each.keyword.value in ("flag", "flag_name")), None)
        if given is None and len(arguments) > place:
            given = arguments[place]
        match given:
            case cst.Arg(value=cst.SimpleString() as text):
                return str(text.evaluated_value)
            case cst.Arg(value=cst.Name(value=name)):
                return self._constants.get(name, "")
        return ""


def is_true(node: cst.BaseExpression) -> bool:
    """Tell whether this is the literal True."""
    return isinstance(node, cst.Name) and node.value == "True"


def is_known(node: cst.BaseExpression) -> bool:
    """Tell whether this is the literal True or False."""
    return isinstance(node, cst.Name) and node.value in ("True", "False")


def _changed(before: cst.CSTNode, after: cst.CSTNode) -> bool:
    """Tell whether something inside was folded: what the host wrote itself is not ours to judge."""
    return not before.deep_equals(after)


def _until_the_end(body: Sequence[cst.BaseStatement]) -> list[cst.BaseStatement]:
    found: list[cst.BaseStatement] = []
    for statement in body:
        found.append(statement)
        match statement:
            case cst.SimpleStatementLine(body=[*_, cst.Return() | cst.Raise()]):
                break
    return found
