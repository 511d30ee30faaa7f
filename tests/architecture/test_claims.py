"""The page of claims names tests that exist, and a test for each claim."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "what-the-tests-show.md").read_text()
CLAIMS, NOT_SHOWN = PAGE.split("\n## Not shown by a test\n")
_NAMED = re.compile(r"`(tests/[^`]+)`")


@cache
def names_in(path):
    """Return what a test's name may be after its path: classes, their tests, tests without a class."""
    names = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            inner = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
            names |= {node.name} | {f"{node.name}::{name}" for name in inner if name.startswith("test_")}
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            names.add(node.name)
    return names


def exists(name):
    """Tell whether the source has a test of this name, ``tests/path/test_file.py::Class::test_name`` or shorter."""
    path, _, inner = name.partition("::")
    return (ROOT / path).is_file() and inner in names_in(ROOT / path)


def rows_of(text):
    """Return the claims of its tables, and what each says that shows it."""
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [(claim, shown) for claim, shown in rows if claim != "claim"]


class TestClaims:
    def test_name_a_test_each(self):
        rows = rows_of(CLAIMS)
        assert len(rows) == CLAIMS.count("\n| ") - CLAIMS.count("\n| claim |")
        assert [claim for claim, shown in rows if not _NAMED.search(shown)] == []

    def test_stand_there_once(self):
        claims = [claim for claim, _ in rows_of(CLAIMS)]
        assert len(claims) == len(set(claims))

    @pytest.mark.parametrize("name", sorted(set(_NAMED.findall(PAGE))), ids=str)
    def test_name_tests_that_exist(self, name):
        assert exists(name)

    @pytest.mark.parametrize(
        "name",
        [
            "tests/architecture/test_claims.py",
            "tests/architecture/test_nothing.py::TestClaims",
            "tests/architecture/test_claims.py::TestNothing",
            "tests/architecture/test_claims.py::TestClaims::test_nothing",
            "tests/architecture/test_claims.py::rows_of",
            "tests/architecture/test_claims.py::test_stand_there_once",
        ],
    )
    def test_name_no_test_that_does_not(self, name):
        assert not exists(name)

    def test_are_not_taken_for_shown_where_none_shows_them(self):
        assert rows_of(NOT_SHOWN) == []
        assert len(re.findall(r"^- \*\*", NOT_SHOWN, re.MULTILINE)) > 1
