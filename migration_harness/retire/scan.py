"""What legacy code remains, line by line of the host's list. Reads files, and what it is told of the rest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from migration_harness.retire.kept import KeptSchema
from migration_harness.retire.lines import Finder, LegacyLine, Place
from migration_harness.retire.sources import Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """A line of the list and the places that still belong to it; ``unseen``: what was not there to be looked at."""

    line: LegacyLine
    places: tuple[Place, ...]
    unseen: tuple[str, ...] = ()


def scan(
    root: Path,
    lines: Sequence[LegacyLine],
    *,
    schema: tuple[KeptSchema, ...] | None = None,
    retired: frozenset[str] | None = None,
    on_line: Callable[[], object] = lambda: None,
) -> list[Remains]:
    """Look for what remains below ``root``; every line is in the answer, in order. Raises SourceUnreadable.

    ``schema`` and ``retired`` are what files do not say; without them nobody knows of what rests on them. ``on_line``
    is called after each line.
    """
    sources = Sources(root, schema=schema, retired=retired)
    found = []
    for line in lines:
        found.append(Remains(line=line, places=_places(line, sources), unseen=_unseen(line, sources)))
        on_line()
    return found


def count(found: Sequence[Remains]) -> int:
    """Count the places that remain."""
    return sum(len(each.places) for each in found)


def _places(line: LegacyLine, sources: Sources) -> tuple[Place, ...]:
    """Return the places of all finders of a line, each once, by file and line."""
    found = {place for finder in line.finds for place in finder.find(sources)}
    return tuple(sorted(found, key=lambda place: (place.path, place.line, place.text)))


def _unseen(line: LegacyLine, sources: Sources) -> tuple[str, ...]:
    """Return what no finder of a line can look at: a tree without these sources has nothing in it, and proves nothing.

    A file may be gone because it was legacy, so its folder is asked for.
    """
    found = [each for finder in line.finds for each in _unseen_by(finder, sources)]
    return tuple(dict.fromkeys(found))


def _unseen_by(finder: Finder, sources: Sources) -> Sequence[str]:
    if (unseen := getattr(finder, "unseen", None)) is not None:
        return list(unseen(sources))
    found: list[str] = []
    patterns = tuple(getattr(finder, "files", ()))
    if patterns and not sources.files(patterns):
        found += patterns
    path = getattr(finder, "path", None)
    if isinstance(path, str) and not sources.has_folder(path.rpartition("/")[0]):
        found.append(path)
    return found
