"""Every legacy entry has a tombstone where it stands."""

import ast

import pytest

from tests.acceptance.conftest import ROOT

FILES = sorted(
    path
    for path in ROOT.glob("igny8_core/**/legacy/**/*.py")
    if "tests" not in path.parts and path.name != "__init__.py"
)
ANSWER_NOBODY = {"add_fields": "It runs when the service starts, and lets others ask what has tombstones itself."}
"""Public functions that need none, with the reason."""

pytestmark = pytest.mark.legacy


def functions(module):
    """Yield the public functions of a module, and the public methods of its public classes."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from (
                each for each in node.body if isinstance(each, ast.FunctionDef) and not each.name.startswith("_")
            )


def is_marked(function):
    return any(isinstance(each, ast.Call) and ast.unparse(each.func) == "tombstone" for each in function.decorator_list)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_public_function_of_legacy_code_is_marked(path):
    found = functions(ast.parse(path.read_text()))
    assert [each.name for each in found if not is_marked(each) and each.name not in ANSWER_NOBODY] == []


def test_there_is_legacy_code_to_look_at():
    assert len(FILES) > 5


def test_the_fallback_to_constants_is_marked():
    registry = ast.parse((ROOT / "igny8_core/ai/model_registry.py").read_text())
    found = {node.name for node in ast.walk(registry) if isinstance(node, ast.FunctionDef) and is_marked(node)}
    assert found == {"calculate_cost_or_constant", "_cost_by_constants"}
