"""``with charge()`` of a host without money seams: no flag's epoch is left to confirm, and its transaction stays."""

from collections.abc import Sequence
from typing import Final

import libcst as cst
import libcst.matchers as m

from migration_harness.retire.removal.importing import from_line, import_from
from migration_harness.retire.removal.modules import is_test
from migration_harness.retire.removal.retired import Retired
from migration_harness.retire.removal.tree import Tree

_API: Final = "migration_harness.api"
_STAYS: Final = "read_committed"


def open_transactions(tree: Tree, retired: Retired) -> None:
    """Let what was charged be written in a plain transaction; a body that asks the charge for something keeps it."""
    if not retired.is_all:
        return
    for path in tree.python():
        text = tree.text(path)
        if is_test(path) or "charge(" not in text or _API not in text:
            continue
        module = cst.parse_module(text)
        if name := _local_name(module.body):
            edited = _Opening(name)
            code = module.visit(edited).code
            if edited.has_opened:
                tree.write(path, import_from(code, [(_API, _STAYS, _STAYS)]))


def _local_name(body: Sequence[cst.CSTNode]) -> str:
    """Return how a module calls the harness's ``charge``; empty where it does not import it."""
    for line in (from_line(each) for each in body):
        if line is not None and line.module is not None and not isinstance(line.names, cst.ImportStar):
            for alias in line.names:
                if alias.evaluated_name == "charge" and cst.Module([]).code_for_node(line.module) == _API:
                    return alias.evaluated_alias or alias.evaluated_name
    return ""


class _Opening(cst.CSTTransformer):
    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.has_opened = False

    def leave_With(self, original_node: cst.With, updated_node: cst.With) -> cst.With:  # noqa: N802  LibCST's name.
        """Open a transaction in place of a charge."""
        items = [self._opened(item, original_node.body) for item in updated_node.items]
        return updated_node.with_changes(items=items)

    def _opened(self, item: cst.WithItem, body: cst.BaseSuite) -> cst.WithItem:
        match item:
            case cst.WithItem(item=cst.Call(func=cst.Name(value=called)), asname=given) if called == self._name:
                if given is not None and _is_read(given.name, body):
                    return item
                self.has_opened = True
                return item.with_changes(item=cst.Call(func=cst.Name(_STAYS)), asname=None)
        return item


def _is_read(name: cst.BaseExpression, body: cst.BaseSuite) -> bool:
    return not isinstance(name, cst.Name) or bool(m.findall(body, m.Name(name.value)))
