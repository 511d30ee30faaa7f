"""What only legacy code had used: definitions and imports that had a user before and have none now."""

from collections import defaultdict

from migration_harness.retire.removal.facts import Use
from migration_harness.retire.removal.index import Index
from migration_harness.retire.removal.modules import is_test


class Orphans:
    """Remembers who was used before the removal. What nobody used then is an entry, and stays.

    What a decorator may have registered is an entry, too, and so is what a module defines that a text names, as that
    of the addresses that a host includes: whoever is given the name asks there for names that stand nowhere. A test
    keeps nothing alive: one of what only legacy code had used is a test of legacy code.
    """

    def __init__(self, index: Index) -> None:
        self._before = index.used(lambda path: not is_test(path))
        self._before_by_all = index.used(lambda _path: True)

    def find(self, index: Index) -> dict[str, frozenset[str]]:
        """Return the orphans by file."""
        now, by_all = index.used(lambda path: not is_test(path)), index.used(lambda _path: True)
        named = {module for path, facts in index.items() if not is_test(path) for module in facts.named}
        found: dict[str, set[str]] = defaultdict(set)
        for path, facts in index.items():
            before, after = (self._before_by_all, by_all) if is_test(path) else (self._before, now)
            for name, definition in facts.definitions.items():
                use = Use(facts.module, name)
                is_asked_for = facts.module in named and definition.target is None and not name.startswith("_")
                if use in before and use not in after and not (definition.is_registered or is_asked_for):
                    found[path].add(name)
        return {path: frozenset(names) for path, names in found.items()}
