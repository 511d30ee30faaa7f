"""Lines of legacy code: which were executed for an answer, and what is known of all others: three answers, not two."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from migration_harness.evidence.life import Life
from migration_harness.evidence.unused import SeenLine

_MOST_FILES: Final = 3
"""That a sentence names."""
_MOST_RANGES: Final = 8


class Precision(StrEnum):
    """How precisely a time is known."""

    LINE = "by line"
    """Every process that could have executed a line sees lines."""
    ENTRY = "by entry"
    """Some process could not: of a line that nobody has seen nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesOfFile:
    """The lines of a file of legacy code, as it stands in this tree.

    Attributes:
        file: Below the root.
        precision: How precisely the time is known.
        executed: Lines that were executed for an answer.
        others: All other lines.
        life: What is known of the others: not executed, or evidence lost.
        elsewhere: How many lines were executed of other versions of this file.
        last_at: When a line was seen last, of whichever version.
    """

    file: str
    precision: Precision
    executed: Sequence[int]
    others: Sequence[int]
    life: Life
    elsewhere: int
    last_at: datetime | None


def of_file(
    file: str, *, version: str, lines: frozenset[int], seen: Iterable[SeenLine], precision: Precision, is_lost: bool
) -> LinesOfFile:
    """Return what is known of a file's lines; ``is_lost``: nobody can know of what was not seen.

    Lines of another version are none of this text, so where they answered somebody nobody knows which of these did.
    """
    of_it = [each for each in seen if each.file == file]
    executed = {each.line for each in of_it if each.version == version}
    elsewhere = {(each.version, each.line) for each in of_it if each.version != version}
    lost = is_lost or precision is Precision.ENTRY or bool(elsewhere)
    return LinesOfFile(
        file=file,
        precision=precision,
        executed=sorted(executed),
        others=sorted(lines - executed),
        life=Life.LOST if lost else Life.NOT_EXECUTED,
        elsewhere=len(elsewhere),
        last_at=max((each.last_at for each in of_it), default=None),
    )


def ranges(lines: Sequence[int]) -> str:
    """Return lines as people read them: ``3, 7-9``."""
    found: list[list[int]] = []
    for each in lines:
        if found and found[-1][-1] == each - 1:
            found[-1].append(each)
        else:
            found.append([each])
    parts = [f"{part[0]}-{part[-1]}" if len(part) > 1 else f"{part[0]}" for part in found]
    more = [f"{len(parts) - _MOST_RANGES:,} more"] if len(parts) > _MOST_RANGES else []
    return ", ".join([*parts[:_MOST_RANGES], *more])


def sentence_of(seen: Sequence[SeenLine]) -> str:
    """Name lines that answered somebody, of each file as it was last; empty where there are none."""
    by_file: dict[str, dict[str, list[SeenLine]]] = {}
    for each in seen:
        by_file.setdefault(each.file, {}).setdefault(each.version, []).append(each)
    newest = {file: _lines_of_newest(versions) for file, versions in sorted(by_file.items())}
    if not newest:
        return ""
    named = [f"{file} {ranges(lines)}" for file, lines in list(newest.items())[:_MOST_FILES]]
    more = [f"{len(newest) - _MOST_FILES:,} more files"] if len(newest) > _MOST_FILES else []
    return f"Lines of legacy code that ran for an answer, to a day exact: {'; '.join([*named, *more])}."


def _lines_of_newest(versions: Mapping[str, Sequence[SeenLine]]) -> list[int]:
    newest = max(versions.values(), key=lambda lines: max(each.last_at for each in lines))
    return sorted({each.line for each in newest})
