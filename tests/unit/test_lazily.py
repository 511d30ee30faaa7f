"""What a module offers without importing it: the same names for people, for the type checker and for Python."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

OFFERING = ("migration_harness.api", "migration_harness.queries")


@pytest.mark.parametrize("name", OFFERING)
class TestOffered:
    def test_are_the_names_that_the_type_checker_sees(self, name):
        module = import_module(name)
        tree = ast.parse(Path(module.__file__).read_text())
        seen = {
            alias.asname or alias.name: f"{node.module}.{alias.name}"
            for block in tree.body if isinstance(block, ast.If)
            for node in block.body if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }  # fmt: skip
        offered = {of: f"migration_harness.{home}.{its}" for of, (home, its) in module.__dict__["_homes"].items()}
        assert offered == seen

    def test_are_those_that_it_says_and_each_is_there(self, name):
        module = import_module(name)
        offered = set(module.__dict__["_homes"])
        assert offered <= set(module.__all__)
        assert [each for each in module.__all__ if not hasattr(module, each)] == []
