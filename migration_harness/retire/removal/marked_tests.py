"""Tests that carry the mark ``legacy`` of pytest: functions, classes, whole files, and single parameters."""

from collections.abc import Sequence

import libcst as cst
import libcst.matchers as m

from migration_harness.retire.removal.editing import assigned, prune
from migration_harness.retire.removal.elements import Thinning
from migration_harness.retire.removal.modules import is_test
from migration_harness.retire.removal.tree import Tree

_MARK = m.Attribute(value=m.Attribute(attr=m.Name("mark")), attr=m.Name("legacy"))


def strike_tests(tree: Tree) -> None:
    """Take away every test that is marked."""
    for path in tree.python():
        text = tree.text(path)
        if not is_test(path) or "mark.legacy" not in text:
            continue
        module = cst.parse_module(text)
        if any(assigned(each) == "pytestmark" and m.findall(each, _MARK) for each in module.body):
            tree.delete(path)
            continue
        left = module.with_changes(body=prune(module.body, _kept)).visit(_Parameters())
        tree.write(path, left.code)


def _kept(statement: cst.BaseStatement) -> cst.BaseStatement | None:
    if isinstance(statement, cst.FunctionDef | cst.ClassDef) and _is_marked(statement):
        return None
    if isinstance(statement, cst.ClassDef) and isinstance(statement.body, cst.IndentedBlock):
        body = prune(statement.body.body, _kept)
        if _has_methods(statement.body.body) and not _has_methods(body):
            return None
        return statement.with_deep_changes(statement.body, body=body or [cst.SimpleStatementLine(body=[cst.Pass()])])
    return statement


def _has_methods(body: Sequence[cst.BaseStatement]) -> bool:
    return any(isinstance(each, cst.FunctionDef) for each in body)


def _is_marked(statement: cst.FunctionDef | cst.ClassDef) -> bool:
    return any(m.matches(each.decorator, _MARK) for each in statement.decorators)


class _Parameters(Thinning):
    """Takes ``pytest.param(…, marks=pytest.mark.legacy)`` out of the lists."""

    def goes(self, element: cst.CSTNode) -> bool:
        """Take out a marked one."""
        value = element.value if isinstance(element, cst.Element) else None
        return isinstance(value, cst.Call) and any(
            argument.keyword is not None and argument.keyword.value == "marks" and m.findall(argument, _MARK)
            for argument in value.args
        )
