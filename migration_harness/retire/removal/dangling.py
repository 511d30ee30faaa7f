"""What uses something that is gone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from migration_harness.retire.removal.facts import Use
from migration_harness.retire.removal.index import Index


@dataclass(frozen=True, slots=True, kw_only=True)
class Dangling:
    """A definition that uses what is gone; ``name`` is empty for a statement that defines nothing."""

    path: str
    name: str
    is_import: bool
    uses: tuple[Use, ...]

    @property
    def told(self) -> str:
        """Where it is, and what it uses."""
        first = self.uses[0]
        where = f"{self.path} ({self.name})" if self.name else self.path
        return f"{where} uses {first.name or first.module}"


class Gone:
    """What was there before the removal and is not there any more."""

    def __init__(self, before: Index) -> None:
        self._before = before.defined()

    def among(self, uses: Iterable[Use], now: dict[str, frozenset[str]]) -> tuple[Use, ...]:
        """Return those of these uses whose object is gone."""
        return tuple(sorted(use for use in uses if self._is_gone(use, now)))

    def find(self, index: Index) -> Iterator[Dangling]:
        """Yield everything that dangles."""
        now = index.defined()
        for path, facts in index.items():
            for name, definition in facts.definitions.items():
                if found := self.among(definition.uses, now):
                    yield Dangling(path=path, name=name, is_import=definition.target is not None, uses=found)
            if found := self.among(facts.loose, now):
                yield Dangling(path=path, name="", is_import=False, uses=found)

    def _is_gone(self, use: Use, now: dict[str, frozenset[str]]) -> bool:
        if use.module not in self._before:
            return False
        if use.module not in now:
            return True
        return bool(use.name) and use.name in self._before[use.module] and use.name not in now[use.module]
