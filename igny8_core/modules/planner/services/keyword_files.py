"""Rows of a CSV file of keywords, however long, with the line of each that is not right."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Final
from unicodedata import category

from igny8_core.modules.planner.exceptions import FileRefused

LONGEST_LINE: Final = 10_000
"""Characters. A longer line is skipped without being held in memory."""
LONGEST_KEYWORD: Final = 200
MOST_SEARCHES: Final = 2_147_483_647
HARDEST: Final = 100
NO_TEXT: Final = ("Cc", "Cs")
"""Categories of characters: controls, and what stands for a byte that is not UTF-8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordRow:
    """One keyword of a file."""

    keyword: str
    volume: int
    difficulty: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MalformedLine:
    """A line that was skipped, counted from 1 with the header, and what is wrong with it."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    index_of: Mapping[str, int]
    width: int


def read_keywords(file: IO[bytes]) -> Iterator[KeywordRow | MalformedLine]:
    """Yield what each line after the header says; empty lines say nothing.

    UTF-8, with or without a byte order mark; columns ``keyword`` and, if wanted, ``volume`` and ``difficulty``,
    in any order, beside others. Raises FileRefused where the first line names no column ``keyword``.
    """
    lines = enumerate(_lines(file), start=1)
    columns = _columns(next(lines, (1, ""))[1])
    for number, line in lines:
        try:
            cells = _cells(line)
            if any(cell.strip() for cell in cells):
                yield _keyword(cells, columns)
        except (csv.Error, ValueError) as error:
            yield MalformedLine(line=number, reason=str(error))


def _lines(file: IO[bytes]) -> Iterator[str]:
    """Yield the lines, of those that are too long the beginning. Bytes that are not UTF-8 survive for their row."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape")
    while line := text.readline(LONGEST_LINE + 1):
        yield line
        while len(line) > LONGEST_LINE and not line.endswith("\n"):
            line = text.readline(LONGEST_LINE + 1)
    # The file is the caller's to close.
    text.detach()


def _cells(line: str) -> list[str]:
    """Return the cells of a line, which stands for itself: a quote without its end spoils no other line."""
    if len(line) > LONGEST_LINE:
        raise ValueError(f"the line is longer than {LONGEST_LINE:,} characters")
    return next(csv.reader([line], strict=True), [])


def _columns(line: str) -> _Columns:
    try:
        header = _cells(line)
    except (csv.Error, ValueError) as error:
        raise FileRefused(f"The first line cannot be read: {error}. Save the file as CSV in UTF-8.") from None
    index_of: dict[str, int] = {}
    for index, name in enumerate(header):
        index_of.setdefault(name.strip().lower(), index)
    if "keyword" not in index_of:
        raise FileRefused(
            "The file has no column named keyword. Its first line must name the columns, separated by commas: "
            "keyword, and if wanted volume and difficulty."
        )
    return _Columns(index_of=index_of, width=len(header))


def _keyword(row: list[str], columns: _Columns) -> KeywordRow:
    """Return what a row says; raises ValueError with what is wrong."""
    if len(row) > columns.width:
        raise ValueError(f"the line has {len(row)} cells, the first line {columns.width}")
    keyword = " ".join(_cell(row, columns, "keyword").split())
    if not keyword:
        raise ValueError("the keyword is empty")
    if len(keyword) > LONGEST_KEYWORD:
        raise ValueError(f"the keyword is longer than {LONGEST_KEYWORD} characters")
    if any(category(character) in NO_TEXT for character in keyword):
        raise ValueError("the keyword has bytes that are not text in UTF-8")
    return KeywordRow(
        keyword=keyword,
        volume=_number(row, columns, "volume", most=MOST_SEARCHES),
        difficulty=_number(row, columns, "difficulty", most=HARDEST),
    )


def _cell(row: list[str], columns: _Columns, name: str) -> str:
    index = columns.index_of.get(name)
    return row[index].strip() if index is not None and index < len(row) else ""


def _number(row: list[str], columns: _Columns, name: str, *, most: int) -> int:
    text = _cell(row, columns, name)
    if not text:
        return 0
    # A length first: an endless number would take endless time to become an int.
    if not re.fullmatch(r"[0-9]{1,20}", text) or int(text) > most:
        raise ValueError(f"{name} is {text[:40]!r}, it must be a whole number from 0 to {most:,}")
    return int(text)
