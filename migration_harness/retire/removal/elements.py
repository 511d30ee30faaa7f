"""Elements that go from tuples, lists, sets and dictionaries, with their commas as they are written."""

from collections.abc import Sequence
from typing import Any, TypeVar, cast

import libcst as cst

E = TypeVar("E", bound=cst.BaseElement | cst.BaseDictElement)


class Thinning(cst.CSTTransformer):
    """Takes elements out; which ones, a rule says."""

    def goes(self, element: cst.CSTNode) -> bool:
        """Tell whether an element goes, as it was before anything inside it was changed."""
        raise NotImplementedError

    def leave_Tuple(self, original_node: cst.Tuple, updated_node: cst.Tuple) -> cst.Tuple:  # noqa: N802  LibCST's name.
        """Thin a tuple; one of a single element keeps its comma."""
        kept = self._kept(original_node.elements, updated_node.elements)
        if len(kept) == len(updated_node.elements):
            return updated_node
        if len(kept) == 1 and not isinstance(kept[0].comma, cst.Comma):
            kept[0] = kept[0].with_changes(comma=cst.Comma())
        return updated_node.with_changes(elements=kept, **_in_parentheses(updated_node, kept))

    def leave_List(self, original_node: cst.List, updated_node: cst.List) -> cst.List:  # noqa: N802
        """Thin a list."""
        return updated_node.with_changes(elements=self._kept(original_node.elements, updated_node.elements))

    def leave_Set(self, original_node: cst.Set, updated_node: cst.Set) -> cst.BaseExpression:  # noqa: N802
        """Thin a set; the empty one is a call."""
        kept = self._kept(original_node.elements, updated_node.elements)
        return updated_node.with_changes(elements=kept) if kept else cst.Call(func=cst.Name("set"))

    def leave_Dict(self, original_node: cst.Dict, updated_node: cst.Dict) -> cst.Dict:  # noqa: N802
        """Thin a dictionary."""
        return updated_node.with_changes(elements=self._kept(original_node.elements, updated_node.elements))

    def _kept(self, before: Sequence[E], after: Sequence[E]) -> list[E]:
        kept = [new for old, new in zip(before, after, strict=True) if not self.goes(old)]
        if kept and len(kept) < len(after):
            # What closes the list closes it still: a trailing comma, a line of its own.
            kept[-1] = cast("E", kept[-1].with_changes(comma=after[-1].comma))
        return kept


def _in_parentheses(node: cst.Tuple, kept: Sequence[object]) -> dict[str, Any]:
    if kept or node.lpar:
        return {}
    return {"lpar": [cst.LeftParen()], "rpar": [cst.RightParen()]}
