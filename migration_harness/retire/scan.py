"""What legacy code remains, line by line of the host's list. Reads files and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from migration_harness.retire.lines import LegacyLine, Place
from migration_harness.retire.sources import Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """A line of the list and the places that still belong to it; ``unseen``: what was not there to be looked at."""

    line: LegacyLine
    places: tuple[Place, ...]
    unseen: tuple[str, ...] = ()


def scan(root: Path, lines: Sequence[LegacyLine]) -> list[Remains]:
    """Look for what remains below ``root``; every line is in the answer, in order. Raises SourceUnreadable."""
    sources = Sources(root)
    return [Remains(line=line, places=_places(line, sources), unseen=_unseen(line, sources)) for line in lines]


def count(found: Sequence[Remains]) -> int:
    """Count the places that remain."""
    return sum(len(each.places) for each in found)


def _places(line: LegacyLine, sources: Sources) -> tuple[Place, ...]:
    """Return the places of all finders of a line, each once, by file and line."""
    found = {place for finder in line.finds for place in finder.find(sources)}
    return tuple(sorted(found, key=lambda place: (place.path, place.line)))


def _unseen(line: LegacyLine, sources: Sources) -> tuple[str, ...]:
    """Return what no finder of a line can look at: a tree without these sources has nothing in it, and proves nothing.

    A file may be gone because it was legacy, so its folder is asked for.
    """
    found: list[str] = []
    for finder in line.finds:
        patterns = tuple(getattr(finder, "files", ()))
        if patterns and not sources.files(patterns):
            found += patterns
        path = getattr(finder, "path", None)
        if isinstance(path, str) and not sources.has_folder(path.rpartition("/")[0]):
            found.append(path)
    return tuple(dict.fromkeys(found))
