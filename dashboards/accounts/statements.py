"""An account's charges as a table, and its statement of a month: as a page, a file, and on paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from dashboards.accounts.one import known_account
from dashboards.numbers import sums_of
from dashboards.tables import Column, Table
from migration_harness.accounts import AccountInfo
from migration_harness.money.statement import (
    PricedCharge,
    Statement,
    StatementLine,
    charges_of,
    count_charges,
    has_books,
    months_charged,
    statement_of,
)

LINES = Table[StatementLine](
    name="statement",
    caption="Charges under both prices, in credits",
    empty="Nothing was charged in this month.",
    per_page=1_000,
    columns=(
        Column(name="what", title="For", value=lambda line: line.what or "charges", sorts=False),
        Column(name="charges", title="Charges", value=lambda line: line.charges, is_number=True, sorts=False),
        Column(name="charged", title="Charged", value=lambda line: line.charged, is_number=True, sorts=False),
        Column(name="before", title="Before", value=lambda line: line.before, is_number=True, sorts=False),
        Column(name="after", title="After", value=lambda line: line.after, is_number=True, sorts=False),
        Column(name="difference", title="Change", value=lambda line: line.difference, is_number=True, sorts=False),
        Column(
            name="one_sided",
            title="One price only",
            value=lambda line: line.one_sided,
            is_number=True,
            sorts=False,
            meaning="Charges that one side alone has priced. They are charged, and in neither sum of both.",
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementPage:
    """A month of an account, with the other months that there are; ``names``: those of the file and of the page."""

    at: datetime
    info: AccountInfo
    statement: Statement
    months: list[date]
    has_books: bool

    @property
    def total(self) -> StatementLine:
        """The last line."""
        return self.statement.total

    @property
    def change(self) -> str:
        """The change of the whole month in percent, in words where there is no such number."""
        sums = sums_of("credits", self.total.before, self.total.after)
        return "" if sums is None else sums.change


def statement_page(account_id: str, *, month: str, now: datetime) -> StatementPage:
    """Read a month, ``2026-11``; one that nobody can read is the newest with a charge. Raises UnknownAccount."""
    info = known_account(account_id)
    months = months_charged(account_id)
    newest = months[0] if months else now.astimezone(UTC).date().replace(day=1)
    return StatementPage(
        at=now,
        info=info,
        statement=statement_of(account_id, month=_month(month) or newest),
        months=months,
        has_books=has_books(),
    )


def charges_table() -> Table[PricedCharge]:
    """Return the columns of charges: one by one of a host with books, by day of any other."""
    books = has_books()

    def credits_(name: str, title: str, value: Any) -> Column[PricedCharge]:
        return Column(name=name, title=title, value=value, is_number=True)

    return Table[PricedCharge](
        name="charges",
        caption="Charges under both prices, in credits",
        empty="Nothing was charged yet.",
        columns=(
            Column(name="at", title="At", value=lambda row: row.at, is_number=True),
            Column(name="what", title="For", value=lambda row: row.what or "charge"),
            Column(
                name="operation", title="Operation", value=lambda row: row.operation_id, sorts=False, is_shown=False
            ),
            Column(name="entry", title="Entry", value=lambda row: row.entry, sorts=False, is_shown=False),
            Column(
                name="charges",
                title="Charges",
                value=lambda row: row.charges,
                is_number=True,
                sorts=False,
                is_shown=not books,
            ),
            Column(name="priced_by", title="Priced by", value=lambda row: row.priced_by, sorts=False, is_shown=books),
            *((credits_("charged", "Charged", lambda row: row.charged),) if books else ()),
            credits_("before", "Before", lambda row: row.before),
            credits_("after", "After", lambda row: row.after),
            credits_("difference", "Change", lambda row: row.difference),
        ),
    )


class Charges:
    """The charges of an account, as the source of a table."""

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id

    def count(self) -> int:
        """Return how many there are."""
        return count_charges(self._account_id)

    def page(self, *, sort: str, descending: bool, offset: int, limit: int) -> Sequence[PricedCharge]:
        """Return some of them."""
        return charges_of(self._account_id, limit=limit, offset=offset, sort=sort, descending=descending)


def _month(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        return None
