"""What a table has: its columns, and where its rows come from.

No slots here: Python 3.11 cannot make a frozen dataclass with slots by ``Table[Row](…)``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar

Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)

Plain = str | int | Decimal | datetime | bool | None
"""What a cell is in a file: None is empty. Money is integers and Decimals."""


@dataclass(frozen=True, kw_only=True)
class Column(Generic[Row]):
    """A column: its ``name`` in addresses and files, its ``title`` on the page, and its value in a row.

    Attributes:
        value: What a row has in it, as a file has it.
        is_number: Aligned with the other numbers.
        sorts: Whether the table can be sorted by it.
        is_shown: Also on the page, and not in the file alone.
        meaning: A sentence for whoever does not know the title.
    """

    name: str
    title: str
    value: Callable[[Row], Plain]
    is_number: bool = False
    sorts: bool = True
    is_shown: bool = True
    meaning: str = ""


class Source(Protocol[Row_co]):
    """Where rows come from, a page at a time: a list, a query, a directory of the host."""

    def count(self) -> int | None:
        """Return how many rows there are; None where counting would cost too much."""

    def page(self, *, sort: str, descending: bool, offset: int, limit: int) -> Sequence[Row_co]:
        """Return ``limit`` rows at most from ``offset`` on, sorted by the column of this name; empty: as they come."""


@dataclass(frozen=True, kw_only=True)
class Table(Generic[Row]):
    """A table: ``name`` is that of its file, ``caption`` says what it shows, ``empty`` that there is nothing."""

    name: str
    caption: str
    columns: tuple[Column[Row], ...]
    empty: str = "There is nothing here yet."
    per_page: int = 50

    @property
    def shown_columns(self) -> list[Column[Row]]:
        """Those of the page."""
        return [column for column in self.columns if column.is_shown]

    def column(self, name: str) -> Column[Row] | None:
        """Return the column that it can be sorted by under this name."""
        return next((each for each in self.columns if each.name == name and each.sorts), None)

    def plain(self, row: Row) -> dict[str, Plain]:
        """Return a row as a file has it."""
        return {column.name: column.value(row) for column in self.columns}


@dataclass(frozen=True)
class Listed(Generic[Row]):
    """Rows that are in memory already, with the table whose columns they are sorted by."""

    table: Table[Row]
    rows: Sequence[Row]

    def count(self) -> int:
        """Return how many there are."""
        return len(self.rows)

    def page(self, *, sort: str, descending: bool, offset: int, limit: int) -> Sequence[Row]:
        """Return some of them; rows without a value come last, whichever way they are sorted."""
        column = self.table.column(sort)
        if column is None:
            return self.rows[offset : offset + limit]
        valued = [row for row in self.rows if column.value(row) is not None]
        without = [row for row in self.rows if column.value(row) is None]
        # A key of one column is of one type, which can be compared with itself.
        key: Callable[[Row], Any] = column.value
        return [*sorted(valued, key=key, reverse=descending), *without][offset : offset + limit]
