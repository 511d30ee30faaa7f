"""What an account's page shows: its stage under every flag and why, its history, its charges on both sides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from dashboards.accounts.cells import Cell, cell_of
from dashboards.accounts.listing import sums_by_forecast
from dashboards.names import Names
from dashboards.numbers import Sums
from dashboards.trail import Event, accounts_in
from migration_harness import queries
from migration_harness.accounts import AccountInfo, directory
from migration_harness.exceptions import UnknownAccount
from migration_harness.models import KeptForecast
from migration_harness.money.forecast.figures import Change, changes_by_account
from migration_harness.money.forecast.stored import last_forecast
from migration_harness.money.statement import PricedCharge, charges_of, has_books, months_charged
from migration_harness.queries import AccountStage

MOST: Final = 10
"""Charges that are shown; all of them have a page of their own."""
_MOST_EVENTS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """The account under one flag, with its toggles."""

    found: AccountStage
    cell: Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """The whole page, as the database had it ``at`` this time."""

    at: datetime
    info: AccountInfo
    stages: list[StageRow]
    forecast: KeptForecast | None
    change: Change | None
    events: list[Event]
    charges: Sequence[PricedCharge]
    months: list[date]
    has_books: bool

    @property
    def found(self) -> list[AccountStage]:
        """Its stages, without what a page needs beside them."""
        return [row.found for row in self.stages]

    @property
    def sums(self) -> Sums | None:
        """What it pays by the forecast."""
        return None if self.change is None else sums_by_forecast(self.change)

    @property
    def on_candidate(self) -> int:
        """Under how many flags the candidate answers."""
        return sum(row.found.on_candidate for row in self.stages)


def known_account(account_id: str) -> AccountInfo:
    """Return an account of the directory; raises UnknownAccount."""
    found = directory().describe([account_id]).get(account_id)
    if found is None:
        raise UnknownAccount(f"There is no account with the id {account_id!r}.")
    return found


def account_page(account_id: str, *, now: datetime) -> AccountPage:
    """Read one account; raises UnknownAccount."""
    info, forecast = known_account(account_id), last_forecast()
    return AccountPage(
        at=now,
        info=info,
        stages=[_row(found, account_id) for found in queries.account_stages(account_id, snapshot=queries.snapshot())],
        forecast=forecast,
        change=None if forecast is None else _change(forecast, account_id),
        events=_events(account_id),
        charges=charges_of(account_id, limit=MOST),
        months=months_charged(account_id),
        has_books=has_books(),
    )


def _row(found: AccountStage, account_id: str) -> StageRow:
    cell = cell_of(
        found.flag, account_id, stage=found.stage, on_candidate=found.on_candidate, membership=found.membership
    )
    return StageRow(found=found, cell=cell)


def _change(forecast: KeptForecast, account_id: str) -> Change | None:
    return changes_by_account(forecast, account_ids=[account_id]).get(account_id)


def _events(account_id: str) -> list[Event]:
    found = list(queries.account_trail(account_id)[:_MOST_EVENTS])
    names = Names(accounts_in(found))
    return [Event.of(row, names) for row in found]
