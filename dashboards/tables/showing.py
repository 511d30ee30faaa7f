"""A table as a request asks for it: a page of its rows, with the addresses of its other orders, pages and files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic

from django.http import HttpRequest, HttpResponse, QueryDict

from dashboards.tables.asking import FORMATS, Asked, asked_of
from dashboards.tables.exporting import MOST, exported
from dashboards.tables.table import Column, Row, Source, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A column's head: where a click on it leads, and how the rows are sorted by it now, as ``aria-sort`` has it."""

    column: Column[Any]
    address: str
    sorted: str


@dataclass(frozen=True, kw_only=True)
class Shown(Generic[Row]):
    """A page of a table. ``total`` is None where nobody counts; ``has_more``: another page follows."""

    table: Table[Row]
    asked: Asked
    rows: Sequence[Row]
    total: int | None
    has_more: bool
    query: QueryDict

    @property
    def heads(self) -> list[Head]:
        """The heads of shown columns. The first click sorts a number from the top and a word from the beginning."""
        return [self._head(column) for column in self.table.shown_columns]

    @property
    def first(self) -> int:
        """The number of the first row, from 1."""
        return (self.asked.page - 1) * self.table.per_page + 1

    @property
    def last(self) -> int:
        """The number of the last row."""
        return self.first + len(self.rows) - 1

    @property
    def before(self) -> str:
        """The address of the page before; empty on the first."""
        return self._address(page=str(self.asked.page - 1)) if self.asked.page > 1 else ""

    @property
    def after(self) -> str:
        """The address of the next page; empty on the last."""
        return self._address(page=str(self.asked.page + 1)) if self.has_more else ""

    @property
    def files(self) -> list[tuple[str, str]]:
        """The name and the address of each kind of file, with the filters of the page and all of its pages."""
        return [(form.upper(), self._address(format=form, page=None)) for form in FORMATS]

    def _head(self, column: Column[Any]) -> Head:
        is_sorted = self.asked.sort == column.name
        descending = not self.asked.descending if is_sorted else column.is_number
        return Head(
            column=column,
            address=self._address(sort=f"-{column.name}" if descending else column.name, page=None)
            if column.sorts
            else "",
            sorted=("descending" if self.asked.descending else "ascending") if is_sorted else "none",
        )

    def _address(self, **changed: str | None) -> str:
        """Return the address of this page with some of its query changed; what else the page asks for stays."""
        query = self.query.copy()
        for name, value in changed.items():
            query.pop(name, None)
            if value is not None:
                query[name] = value
        return f"?{query.urlencode()}"


def shown(request: HttpRequest, table: Table[Row], source: Source[Row]) -> Shown[Row] | HttpResponse:
    """Return the page of a table that the request asks for, or the file; a view returns the file as it is.

    A page behind the last one is the last one where rows are counted, else empty.
    """
    asked = asked_of(table, request.GET)
    total = source.count()
    if asked.format:
        rows = source.page(sort=asked.sort, descending=asked.descending, offset=0, limit=MOST)
        return exported(table, rows, form=asked.format, left_off=max(0, (total or 0) - len(rows)))
    if total is not None and asked.page > (last := max(1, -(-total // table.per_page))):
        asked = Asked(sort=asked.sort, descending=asked.descending, page=last, format="")
    offset = (asked.page - 1) * table.per_page
    # One more than is shown tells whether another page follows, also where nobody counts.
    rows = source.page(sort=asked.sort, descending=asked.descending, offset=offset, limit=table.per_page + 1)
    return Shown(
        table=table,
        asked=asked,
        rows=rows[: table.per_page],
        total=total,
        has_more=len(rows) > table.per_page,
        query=request.GET,
    )
