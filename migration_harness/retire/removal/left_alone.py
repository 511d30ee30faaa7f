"""Modules of tests that no test leads to any more: what they had imported, started by its name, or had beside them."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from migration_harness.retire.removal.index import Index
from migration_harness.retire.removal.modules import is_test, module_of
from migration_harness.retire.removal.tree import Tree

_WORDS: Final = re.compile(r"[\w.]+")
_TEXT: Final = (".md", ".diff", ".csv", ".json", ".svg")
"""Who reads these starts nothing."""


class LeftAlone:
    """Remembers who was led to before the removal. What nobody led to then is started by hand, and stays."""

    def __init__(self, tree: Tree, index: Index) -> None:
        self._before = _led_to(tree, index)

    def find(self, tree: Tree, index: Index) -> set[str]:
        """Return the paths of those that nothing leads to now."""
        return {path for path in self._before - _led_to(tree, index) if path in tree}


def _led_to(tree: Tree, index: Index) -> set[str]:
    """Return the modules of tests that tests, the service or a script lead to."""
    paths = {path for path in tree.python() if _is_support(path)}
    by_name = _by_name(tree, paths)
    fixtures = {path for path in tree if PurePosixPath(path).name == "conftest.py"}
    found = fixtures & _beside_tests(tree)
    waiting = [path for path in tree if path not in paths | (fixtures - found) and not path.endswith(_TEXT)]
    while waiting:
        path = waiting.pop()
        new = {by_name[name] for name in _named(path, tree, index) if name in by_name} - found
        found |= new
        waiting += new
    return found


def _beside_tests(tree: Tree) -> set[str]:
    """Return where the fixtures of every test file may stand."""
    tests = (PurePosixPath(path) for path in tree.python() if PurePosixPath(path).name.startswith("test_"))
    return {(folder / "conftest.py").as_posix() for test in tests for folder in test.parents}


def _by_name(tree: Tree, paths: set[str]) -> dict[str, str]:
    """Return those paths by what they may be named: the module's name, and that of the file where no other has it."""
    files = Counter(PurePosixPath(path).name for path in tree)
    found = {module_of(path): path for path in paths}
    return found | {name: path for path in paths if files[name := PurePosixPath(path).name] == 1}


def _is_support(path: str) -> bool:
    name = PurePosixPath(path).name
    return is_test(path) and not name.startswith("test_") and name not in ("conftest.py", "__init__.py")


def _named(path: str, tree: Tree, index: Index) -> Iterator[str]:
    """Yield what a file may mean by a module's name: each dotted word and what it begins with, and what it imports."""
    for word in set(_WORDS.findall(tree.text(path))):
        parts = word.split(".")
        yield from (".".join(parts[:count]) for count in range(1, len(parts) + 1))
    facts = index.get(path)
    if facts is not None:
        for uses in (facts.loose, *(each.uses for each in facts.definitions.values())):
            yield from (use.module for use in uses)
