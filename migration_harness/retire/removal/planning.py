"""The plan without what is retired: flags, and what phases say of their legacy code. The phases themselves stay."""

from collections.abc import Sequence
from typing import Final

import libcst as cst

from migration_harness.retire.removal.elements import Thinning
from migration_harness.retire.removal.modules import is_test
from migration_harness.retire.removal.retired import Retired
from migration_harness.retire.removal.tree import Tree

_OF_LEGACY: Final = ("drops", "strata")
"""What a phase says of its legacy code and of its flags' evidence alone."""


def forget(tree: Tree, retired: Retired) -> None:
    """Take the retired flags out of the plan, and out of what other flags require."""
    for path in tree.python():
        text = tree.text(path)
        if not is_test(path) and "PlannedFlag(" in text and "Phase(" in text:
            tree.write(path, cst.parse_module(text).visit(_Plan(retired)).code)


class _Plan(Thinning):
    def __init__(self, retired: Retired) -> None:
        super().__init__()
        self._retired = retired

    def goes(self, element: cst.CSTNode) -> bool:
        """Take out a flag, and the name of one."""
        match element:
            case cst.Element(value=cst.Call(func=cst.Name(value="PlannedFlag"), args=arguments)):
                return text_of(_argument(arguments, "name")) in self._retired.flags
            case cst.Element(value=cst.SimpleString() as text):
                return text.evaluated_value in self._retired.names
        return False

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:  # noqa: N802
        """Take out arguments that say nothing any more."""
        match original_node.func:
            case cst.Name(value="Phase"):
                number = _argument(original_node.args, "number")
                mine = isinstance(number, cst.Integer) and number.evaluated_value in self._retired.phases
            case cst.Name(value="PlannedFlag"):
                mine = False
            case _:
                return updated_node
        kept = [each for each in updated_node.args if not self._says_nothing(each, original_node, mine=mine)]
        if kept and len(kept) < len(updated_node.args):
            # What closes the call closes it still: a trailing comma, a line of its own.
            kept[-1] = kept[-1].with_changes(comma=updated_node.args[-1].comma)
        return updated_node.with_changes(args=kept)

    def _says_nothing(self, argument: cst.Arg, original: cst.Call, *, mine: bool) -> bool:
        name = argument.keyword.value if argument.keyword else ""
        if mine and name in _OF_LEGACY:
            return True
        before = _argument(original.args, name)
        return is_empty(argument.value) and not is_empty(before)


def _argument(arguments: Sequence[cst.Arg], name: str) -> cst.BaseExpression | None:
    return next((each.value for each in arguments if each.keyword and each.keyword.value == name), None)


def text_of(node: cst.BaseExpression | None) -> str:
    """Return a text literal; empty for anything else."""
    return str(node.evaluated_value) if isinstance(node, cst.SimpleString) else ""


def is_empty(node: cst.BaseExpression | None) -> bool:
    """Tell whether this is a tuple or a list without elements."""
    return isinstance(node, cst.Tuple | cst.List) and not node.elements
