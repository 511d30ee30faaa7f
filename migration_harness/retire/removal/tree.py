"""A host's files in memory, as they were and as the removal makes them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One file before and after; ``before`` is None for a new one, ``after`` for one that goes."""

    path: str
    before: str | None
    after: str | None


class Tree:
    """Text files by their path below the root, with forward slashes."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._before = dict(files)
        self._now = dict(files)

    def __iter__(self) -> Iterator[str]:
        """Yield every path that is there, in order."""
        return iter(sorted(self._now))

    def __contains__(self, path: object) -> bool:
        return path in self._now

    def text(self, path: str) -> str:
        """Return the text of a file as it is by now."""
        return self._now[path]

    def before(self, path: str) -> str | None:
        """Return the text that a file had; None where it is new."""
        return self._before.get(path)

    def python(self) -> list[str]:
        """Return the paths of the Python files, in order."""
        return [path for path in self if path.endswith(".py")]

    def write(self, path: str, text: str) -> None:
        """Give a file its text."""
        self._now[path] = text

    def delete(self, path: str) -> None:
        """Take a file away; one that is gone stays gone."""
        self._now.pop(path, None)

    def changes(self) -> list[Change]:
        """Return every file that is not what it was, by path."""
        found = []
        for path in sorted(self._before.keys() | self._now.keys()):
            change = Change(path=path, before=self._before.get(path), after=self._now.get(path))
            if change.before != change.after:
                found.append(change)
        return found


def lines_of(text: str) -> list[str]:
    """Return the lines of a text with their ends, as Git counts them: a form feed ends none."""
    *whole, rest = text.split("\n")
    return [f"{line}\n" for line in whole] + ([rest] if rest else [])
