"""What legacy code remains, line by line of the host's list. Reads files, and what it is told of the rest."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from migration_harness.retire.kept import KeptSchema
from migration_harness.retire.lines import Finder, LegacyLine, Place
from migration_harness.retire.sources import Sources
from migration_harness.retire.watched import Noted, Tree, WatchedSources

_OURS: Final = f"{__package__}.finders."
_MOST_KEPT: Final = 16


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
    tree: Tree | None = None,
) -> list[Remains]:
    """Look for what remains below ``root``; every line is in the answer, in order. Raises SourceUnreadable.

    ``schema`` and ``retired`` are what files do not say; without them nobody knows of what rests on them. ``on_line``
    is called after each line. Who asks the same of an unchanged tree again gets the same answer, without a look at more
    than how its files were written; ``tree`` is the look at ``root`` of several who ask together.
    """
    asked = root, tuple(lines), schema, retired
    if (known := _known(asked, tree)) is None:
        return _look(asked, on_line)
    for _ in lines:
        on_line()
    return known


def count(found: Sequence[Remains]) -> int:
    """Count the places that remain."""
    return sum(len(each.places) for each in found)


def told(found: Sequence[Remains]) -> str:
    """Return what was found in one sentence, and no more than that where there was nothing to look at."""
    if total := count(found):
        return "1 place remains." if total == 1 else f"{total:,} places remain."
    if any(each.unseen for each in found):
        return "Nothing was found; whether legacy remains is unknown where there was nothing to look at."
    return "No legacy remains."


_kept: deque[tuple[Any, Noted, list[Remains]]] = deque(maxlen=_MOST_KEPT)
"""What was asked, of which files, and the answer: to look through some hundred files takes seconds."""


def _known(asked: Any, tree: Tree | None) -> list[Remains] | None:
    """Return the answer that was found to the same question, where it would be found again."""
    kept = next((each for each in list(_kept) if each[0] == asked), None)
    return list(kept[2]) if kept is not None and kept[1].holds(tree) else None


def _look(asked: Any, on_line: Callable[[], object]) -> list[Remains]:
    root, lines, schema, retired = asked
    sources = WatchedSources(root, schema=schema, retired=retired)
    found = []
    for line in lines:
        found.append(Remains(line=line, places=_places(line, sources), unseen=_unseen(line, sources)))
        on_line()
    # A host's own finder may look at something else.
    is_ours = all(type(finder).__module__.startswith(_OURS) for line in lines for finder in line.finds)
    if is_ours and (noted := sources.noted) is not None:
        _kept.appendleft((asked, noted, list(found)))
    return found


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
