"""A line of the list of what must be gone at the end, and the places that still belong to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from migration_harness.retire.sources import Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where legacy code remains: the file below the root, the line from 1, and its text.

    Of what is in no file, ``path`` says what was looked at, and ``line`` is 0.
    """

    path: str
    line: int
    text: str

    @property
    def where(self) -> str:
        """The file with its line, or what was looked at."""
        return f"{self.path}:{self.line}" if self.line else self.path


class Finder(Protocol):
    """Says where one kind of legacy code remains; a file that does not exist has none."""

    def find(self, sources: Sources) -> Iterator[Place]:
        """Yield every place. Raises SourceUnreadable.

        What was not there to be looked at is told by ``path`` and ``files``, or by a method ``unseen`` of its own.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyLine:
    """One condition of the end: ``sentence`` is true when none of ``finds`` finds anything."""

    name: str
    sentence: str
    finds: tuple[Finder, ...]
