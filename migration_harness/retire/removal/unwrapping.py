"""What surrounds code that stays: tombstones, and blocks that are there for the side that goes."""

from typing import Final

import libcst as cst

from migration_harness.retire.removal.editing import inlined, pass_line, prune
from migration_harness.retire.removal.marks import mark_of
from migration_harness.retire.removal.modules import is_test
from migration_harness.retire.removal.retired import Retired
from migration_harness.retire.removal.tree import Tree

_TOMBSTONE: Final = "tombstone"
_REACHED: Final = "reached"


def unwrap(tree: Tree, retired: Retired) -> None:
    """Take marked ``with`` statements off their bodies, and tombstones off what stays."""
    for path in tree.python():
        text = tree.text(path)
        has_tombstones = retired.is_all and not is_test(path) and (_TOMBSTONE in text or _REACHED in text)
        if "@legacy unwrap" in text or has_tombstones:
            tree.write(path, cst.parse_module(text).visit(_Unwrapping(retired)).code)


class _Unwrapping(cst.CSTTransformer):
    def __init__(self, retired: Retired) -> None:
        super().__init__()
        self._retired = retired

    def leave_With(  # noqa: N802
        self, original_node: cst.With, updated_node: cst.With
    ) -> cst.With | cst.FlattenSentinel[cst.BaseStatement]:
        """Leave the body of a marked one."""
        comment = original_node.body.header.comment if isinstance(original_node.body, cst.IndentedBlock) else None
        mark = mark_of(comment.value) if comment else None
        if mark is None or mark.kind != "unwrap" or not self._retired.takes(mark.flags):
            return updated_node
        return cst.FlattenSentinel(inlined(updated_node.body, above=updated_node.leading_lines))

    def leave_FunctionDef(  # noqa: N802
        self,
        original_node: cst.FunctionDef,  # noqa: ARG002  LibCST's signature.
        updated_node: cst.FunctionDef,
    ) -> cst.FunctionDef:
        """Take a tombstone off a function that stays."""
        kept = [each for each in updated_node.decorators if not self._is_tombstone(each.decorator)]
        return updated_node if len(kept) == len(updated_node.decorators) else updated_node.with_changes(decorators=kept)

    def leave_IndentedBlock(  # noqa: N802
        self,
        original_node: cst.IndentedBlock,  # noqa: ARG002  LibCST's signature.
        updated_node: cst.IndentedBlock,
    ) -> cst.IndentedBlock:
        """Take the calls out that count an execution."""
        body = prune(updated_node.body, self._kept)
        return (
            updated_node
            if len(body) == len(updated_node.body)
            else updated_node.with_changes(body=body or [pass_line()])
        )

    def _kept(self, statement: cst.BaseStatement) -> cst.BaseStatement | None:
        match statement:
            case cst.SimpleStatementLine(body=[cst.Expr(value=cst.Call(func=called))]) if self._retired.is_all:
                return None if _name(called) == _REACHED else statement
        return statement

    def _is_tombstone(self, node: cst.BaseExpression) -> bool:
        return self._retired.is_all and isinstance(node, cst.Call) and _name(node.func) == _TOMBSTONE


def _name(node: cst.BaseExpression) -> str:
    match node:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return name
    return ""
