"""Entries of lists and dictionaries that name what is gone by its dotted path: settings, mostly."""

import libcst as cst

from migration_harness.retire.removal.dangling import Gone
from migration_harness.retire.removal.elements import Thinning
from migration_harness.retire.removal.facts import named_by
from migration_harness.retire.removal.index import Index
from migration_harness.retire.removal.modules import is_test
from migration_harness.retire.removal.tree import Tree


def strike_entries(tree: Tree, index: Index, gone: Gone) -> bool:
    """Take away such entries of the code that is no test; tells whether there was any."""
    lost = {each.path for each in gone.find(index) if not is_test(each.path)}
    edited = False
    for path in lost & set(tree):
        before = cst.parse_module(tree.text(path))
        after = before.visit(_Entries(index, gone))
        if not before.deep_equals(after):
            tree.write(path, after.code)
            edited = True
    return edited


class _Entries(Thinning):
    def __init__(self, index: Index, gone: Gone) -> None:
        super().__init__()
        self._index, self._gone, self._now = index, gone, index.defined()

    def goes(self, element: cst.CSTNode) -> bool:
        """Take out what names something that is gone."""
        match element:
            case cst.DictElement(value=value) | cst.Element(value=value):
                return self._names_gone(value)
        return False

    def _names_gone(self, node: cst.BaseExpression) -> bool:
        if not isinstance(node, cst.SimpleString) or not isinstance(node.evaluated_value, str):
            return False
        use = named_by(node.evaluated_value, self._index.modules)
        return use is not None and bool(self._gone.among([use], self._now))
