"""Tests of what is gone: what uses it, names a retired flag or seam, or needs a fixture that goes for such a reason.

A fixture that only they had needed goes with them.

What stays tests what stays. How many go is told with the patch, so that a person sees what nobody tests any more.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath

from migration_harness.retire.removal.dangling import Gone
from migration_harness.retire.removal.facts import Facts
from migration_harness.retire.removal.index import Index
from migration_harness.retire.removal.modules import is_test, module_of
from migration_harness.retire.removal.retired import Retired
from migration_harness.retire.removal.test_pieces import Piece
from migration_harness.retire.removal.tree import Tree


class TestsOfTheGone:
    """Finds them, a round at a time: what goes in one round takes others along in the next."""

    __test__ = False  # pytest takes any class of this name for its own.

    def __init__(self, index: Index, tree: Tree, retired: Retired, dropped: Collection[str]) -> None:
        self._gone = Gone(index)
        self._fixtures = _fixtures(tree, index)
        self._names = frozenset[str]().union(*self._fixtures.values())
        self._needed = _needed(tree, index)
        self._automatic = _automatic(tree, index)
        named = "|".join(re.escape(name) for name in sorted((*retired.names, *dropped)))
        self._named = re.compile(rf"(?<![\w.-])(?:{named})(?![\w-])") if named else None

    def find(self, tree: Tree, index: Index) -> tuple[set[str], dict[str, frozenset[str]]]:
        """Return the files that have to go by now, and by their paths what has to go of others."""
        now, fixtures = index.defined(), _fixtures(tree, index)
        spare = self._needed - _needed(tree, index)
        lost = self._automatic - _automatic(tree, index)
        edits: dict[str, frozenset[str]] = {}
        over: set[str] = set()
        for path in (path for path in tree.python() if is_test(path)):
            pieces = index.pieces(path)
            is_alone = any(scope in lost for scope in _scopes(path)) and any(each.is_test for each in pieces)
            if is_alone or self._gone.among(index.loose(path), now):
                over.add(path)
                continue
            names = {each.name for each in pieces if self._goes(each, path, now, fixtures) or _is_spare(each, spare)}
            names |= _unmade(pieces, names)
            names |= _helpless(pieces, names)
            names |= _emptied(pieces, names)
            if "pytestmark" in names or _is_over(path, pieces, names):
                over.add(path)
            elif names:
                edits[path] = frozenset(names)
        return over, edits

    def _goes(
        self, piece: Piece, path: str, now: dict[str, frozenset[str]], fixtures: dict[str, frozenset[str]]
    ) -> bool:
        if self._gone.among(piece.uses, now):
            return True
        if self._named is not None and any(self._named.search(text) for text in piece.strings):
            return True
        known = piece.needs & self._names
        return any(_provider(name, path, self._fixtures) not in (None, *_places(name, fixtures)) for name in known)


def _needed(tree: Tree, index: Index) -> set[str]:
    """Return what any test or fixture takes, by its name or by a text."""
    pieces = (each for path in tree.python() if is_test(path) for each in index.pieces(path))
    return set[str]().union(*(each.needs | each.strings for each in pieces))


def _automatic(tree: Tree, index: Index) -> set[str]:
    """Return the files at whose top a fixture stands that every test of them, or of their folder, has."""
    paths = (path for path in tree.python() if is_test(path))
    return {path for path in paths if any(each.is_automatic and "." not in each.name for each in index.pieces(path))}


def _is_spare(piece: Piece, spare: Collection[str]) -> bool:
    return piece.is_fixture and not piece.is_automatic and piece.name.rpartition(".")[2] in spare


def _unmade(pieces: list[Piece], gone: Collection[str]) -> set[str]:
    """Return the classes that cannot be made without what goes, or whose tests all had a fixture that goes."""
    methods = (each for each in pieces if "." in each.name and each.name in gone)
    return {each.name.rpartition(".")[0] for each in methods if each.is_automatic or each.name.endswith(".__init__")}


def _helpless(pieces: list[Piece], gone: Collection[str]) -> set[str]:
    """Return the methods that take a method from ``self`` that goes."""
    lost: dict[str, set[str]] = defaultdict(set)
    for name in gone:
        owner, _, method = name.partition(".")
        if method:
            lost[owner].add(method)
    methods = (each for each in pieces if "." in each.name)
    return {each.name for each in methods if each.own & lost.get(each.name.partition(".")[0], set())}


def _emptied(pieces: list[Piece], gone: Collection[str]) -> set[str]:
    """Return the classes whose last test goes."""
    tests: dict[str, set[str]] = defaultdict(set)
    for each in pieces:
        owner, _, method = each.name.partition(".")
        if method and each.is_test:
            tests[owner].add(each.name)
    return {owner for owner, names in tests.items() if names <= set(gone)}


def _is_over(path: str, pieces: list[Piece], gone: Collection[str]) -> bool:
    """Tell whether the last test of a file goes."""
    had = {each.name for each in pieces if each.is_test}
    left = {name for name in had if name not in gone and name.partition(".")[0] not in gone}
    return bool(had) and not left and PurePosixPath(path).name.startswith("test_")


def _fixtures(tree: Tree, index: Index) -> dict[str, frozenset[str]]:
    """Return the fixtures of each test file: those that it defines, and those that it imports."""
    paths = [path for path in tree.python() if is_test(path)]
    found: dict[str, frozenset[str]] = {}
    for path in paths:
        if "fixture" in tree.text(path):
            names = {each.name for each in index.pieces(path) if each.is_fixture}
            found[path] = frozenset(name.rpartition(".")[2] for name in names)
    by_module = {module_of(path): names for path, names in found.items() if names}
    for path in paths:
        if imported := _imported(index.get(path), by_module):
            found[path] = found.get(path, frozenset()) | imported
    return found


def _imported(facts: Facts | None, fixtures: Mapping[str, frozenset[str]]) -> frozenset[str]:
    definitions = {} if facts is None else facts.definitions
    targets = {name: each.target for name, each in definitions.items() if each.target is not None}
    return frozenset(name for name, use in targets.items() if use.name in fixtures.get(use.module, ()))


def _provider(name: str, path: str, fixtures: dict[str, frozenset[str]]) -> str | None:
    """Return the file whose fixture a test in the file at ``path`` gets; None where it is nobody's here."""
    return next((place for place in _scopes(path) if name in fixtures.get(place, ())), None)


def _places(name: str, fixtures: dict[str, frozenset[str]]) -> list[str]:
    return [path for path, names in fixtures.items() if name in names]


def _scopes(path: str) -> Iterator[str]:
    """Yield where a fixture of a test may stand: its file, then the files of fixtures from its folder upwards."""
    yield path
    folder = PurePosixPath(path).parent
    for each in (folder, *folder.parents):
        yield (each / "conftest.py").as_posix()
