"""What an address asks of a table: ``?sort=-calls&page=2&format=csv``; what it cannot ask for is the nearest it can."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from dashboards.tables.table import Table

FORMATS: Final = ("csv", "json")
_DIGITS: Final = 9
"""A number that is longer leads past every table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """``sort`` is the name of a column, empty for the order in which rows come; ``format`` is empty for the page."""

    sort: str
    descending: bool
    page: int
    format: str

    @property
    def sorting(self) -> str:
        """The value of ``sort`` in an address."""
        return f"-{self.sort}" if self.descending else self.sort


def asked_of(table: Table[Any], query: Mapping[str, str]) -> Asked:
    """Read what is asked for, as far as the table has it."""
    sort = query.get("sort", "")
    name = sort.removeprefix("-")
    known = table.column(name) is not None
    page = query.get("page", "")
    form = query.get("format", "")
    return Asked(
        sort=name if known else "",
        descending=known and sort.startswith("-"),
        page=max(1, int(page)) if page.isdecimal() and page.isascii() and len(page) <= _DIGITS else 1,
        format=form if form in FORMATS else "",
    )
