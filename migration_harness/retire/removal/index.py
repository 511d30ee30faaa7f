"""The facts of all modules of a tree, and who uses what."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from migration_harness.retire.removal.facts import Facts, Use, facts_of
from migration_harness.retire.removal.modules import module_of
from migration_harness.retire.removal.test_pieces import Piece, pieces_of
from migration_harness.retire.removal.tree import Tree


class Index:
    """Facts by path. ``modules`` are those of the tree as it was: what a name meant does not change with the tree."""

    def __init__(self, tree: Tree) -> None:
        self.modules = frozenset(module_of(path) for path in tree.python())
        self._texts: dict[str, str] = {}
        self._facts: dict[str, Facts] = {}
        self._pieces: dict[str, list[Piece]] = {}
        self._known: dict[str, frozenset[str]] = {}
        self.refresh(tree)
        self._known = {path: frozenset(facts.definitions) for path, facts in self._facts.items()}

    def refresh(self, tree: Tree) -> None:
        """Read again what was changed."""
        there = tree.python()
        for gone in self._facts.keys() - set(there):
            del self._facts[gone], self._texts[gone]
            self._pieces.pop(gone, None)
        for path in there:
            text = tree.text(path)
            if self._texts.get(path) != text:
                self._texts[path] = text
                self._facts[path] = facts_of(path, text, self.modules, self._known.get(path, frozenset()))
                self._pieces.pop(path, None)

    def items(self) -> Iterable[tuple[str, Facts]]:
        """Return every path with its facts."""
        return self._facts.items()

    def get(self, path: str) -> Facts | None:
        """Return the facts of a file; None where it is not there."""
        return self._facts.get(path)

    def loose(self, path: str) -> set[Use]:
        """Return what the statements of a file use that define nothing."""
        return self._facts[path].loose if path in self._facts else set()

    def pieces(self, path: str) -> list[Piece]:
        """Return what a test file consists of; nothing where it is not there."""
        if path not in self._facts:
            return []
        if path not in self._pieces:
            self._pieces[path] = pieces_of(path, self._texts[path], self._facts[path], self.modules)
        return self._pieces[path]

    def defined(self) -> dict[str, frozenset[str]]:
        """Return the names at the top of each module, by module."""
        return {facts.module: frozenset(facts.definitions) for facts in self._facts.values()}

    def used(self, counts: Callable[[str], bool]) -> dict[Use, int]:
        """Return how many statements use each name, in the files that count."""
        found: dict[Use, int] = defaultdict(int)
        for path, facts in self._facts.items():
            if not counts(path):
                continue
            for uses in (facts.loose, *(each.uses for each in facts.definitions.values())):
                for use in uses:
                    found[use] += 1
        return dict(found)
