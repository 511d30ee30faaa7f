"""The matrix of accounts and flags: who is asked for, sorted and a page at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from operator import itemgetter
from typing import Any, Final

from django.http import QueryDict

from dashboards.accounts.asking import GAINS, LOSES, Filter, filter_of
from dashboards.accounts.cells import Cell, cells_of
from dashboards.numbers import Sums
from dashboards.tables import Column, Table
from migration_harness import queries
from migration_harness.accounts import AccountInfo, has_directory
from migration_harness.deciding.snapshot import Snapshot
from migration_harness.models import KeptForecast
from migration_harness.money.forecast.figures import Change, changes_by_account
from migration_harness.money.forecast.stored import last_forecast
from migration_harness.queries import accounts_found, all_accounts, matrix_flags, stages_under

_STAGES_SORTED: Final = ("off", "dualwrite", "shadow", "live", "rampdown", "complete")
_FORECAST: Final = "forecast"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account in one line: what the newest forecast says of it, and a cell for each flag."""

    info: AccountInfo
    change: Change | None
    cells: tuple[Cell, ...]

    @property
    def sums(self) -> Sums | None:
        """What it pays by the forecast, before and after."""
        return None if self.change is None else sums_by_forecast(self.change)

    def stage_under(self, flag: str) -> str:
        """Return its stage under a flag."""
        return next(cell.stage for cell in self.cells if cell.flag == flag)


class Accounts:
    """The accounts that an address asks for, as the source of a table."""

    def __init__(self, query: QueryDict, *, snapshot: Snapshot | None = None) -> None:
        self.snapshot = queries.snapshot() if snapshot is None else snapshot
        self.flags = matrix_flags(self.snapshot)
        self.forecast: KeptForecast | None = last_forecast()
        self.knows = has_directory()
        self.everybody = all_accounts()
        self.filter: Filter = filter_of(
            query,
            self.everybody,
            flags=self.flags,
            has_forecast=self.forecast is not None,
            has_plans=self.knows,
        )

    @cached_property
    def found(self) -> list[AccountInfo]:
        """All of them, in the order in which they are found."""
        found = accounts_found(self.filter.question, self.everybody, snapshot=self.snapshot)
        if self.filter.change in (GAINS, LOSES):
            sign = -1 if self.filter.change == GAINS else 1
            found = [each for each in found if sign * self._difference(each) > 0]
        return found

    @property
    def ids(self) -> list[str]:
        """Their ids."""
        return [each.account_id for each in self.found]

    @property
    def table(self) -> Table[AccountRow]:
        """The columns: those of accounts, and one for each flag."""
        return Table(
            name="accounts",
            caption="Accounts and their stage under each flag",
            empty="No account is like that.",
            columns=(
                Column(name="id", title="Id", value=lambda row: row.info.account_id, is_shown=False),
                Column(name="name", title="Account", value=lambda row: row.info.name),
                Column(name="plan", title="Plan", value=lambda row: row.info.plan, is_shown=self.knows),
                Column(
                    name="balance",
                    title="Balance",
                    value=lambda row: row.info.balance,
                    is_number=True,
                    is_shown=self.knows,
                ),
                Column(
                    name="before",
                    title="Before",
                    value=lambda row: row.change.before if row.change else None,
                    is_shown=False,
                    sorts=False,
                ),
                Column(
                    name="after",
                    title="After",
                    value=lambda row: row.change.after if row.change else None,
                    is_shown=False,
                    sorts=False,
                ),
                Column(
                    name=_FORECAST,
                    title="Forecast",
                    value=lambda row: row.change.difference if row.change else None,
                    is_number=True,
                    is_shown=self.forecast is not None,
                    meaning="How many credits more it pays after, by the newest forecast.",
                ),
                *(Column[AccountRow](name=name, title=name, value=_under(name)) for name in self.flags),
            ),
        )

    def count(self) -> int:
        """Return how many there are."""
        return len(self.found)

    def page(self, *, sort: str, descending: bool, offset: int, limit: int) -> Sequence[AccountRow]:
        """Return some of them; whose value nobody knows comes last."""
        infos = self._sorted(sort, descending=descending)[offset : offset + limit]
        changes = self._changes_of([each.account_id for each in infos])
        return [
            AccountRow(
                info=each,
                change=changes.get(each.account_id),
                cells=cells_of(self.snapshot, self.flags, each.account_id),
            )
            for each in infos
        ]

    def changes_of_all(self) -> Mapping[str, Change]:
        """Return what the newest forecast says of every account."""
        return self._changes

    def _sorted(self, sort: str, *, descending: bool) -> list[AccountInfo]:
        key = self._key(sort)
        if key is None:
            return self.found
        keyed = [(key(each), each) for each in self.found]
        valued = [pair for pair in keyed if pair[0] is not None]
        without = [each for value, each in keyed if value is None]
        valued.sort(key=itemgetter(0), reverse=descending)
        return [*(each for _, each in valued), *without]

    def _key(self, sort: str) -> Callable[[AccountInfo], Any] | None:
        keys: dict[str, Callable[[AccountInfo], Any]] = {
            "id": lambda each: (len(each.account_id), each.account_id),
            "name": lambda each: each.name.casefold(),
            "plan": lambda each: each.plan.casefold(),
            "balance": lambda each: each.balance,
            _FORECAST: lambda each: change.difference if (change := self._changes.get(each.account_id)) else None,
        }
        if sort in self.flags:
            stages = stages_under(self.snapshot, sort, self.ids)
            return lambda each: _STAGES_SORTED.index(stages[each.account_id].value)
        return keys.get(sort)

    def _difference(self, account: AccountInfo) -> int:
        change = self._changes.get(account.account_id)
        return 0 if change is None else change.difference

    @cached_property
    def _changes(self) -> Mapping[str, Change]:
        return {} if self.forecast is None else changes_by_account(self.forecast)

    def _changes_of(self, account_ids: list[str]) -> Mapping[str, Change]:
        """Ask for those of a page alone, unless all were asked for."""
        if self.forecast is None or "_changes" in self.__dict__:
            return self._changes
        return changes_by_account(self.forecast, account_ids=account_ids)


def _under(flag: str) -> Callable[[AccountRow], str]:
    return lambda row: row.stage_under(flag)


def sums_by_forecast(change: Change) -> Sums:
    """Return what an account pays by a forecast on both sides."""
    return Sums(unit="credits", control=Decimal(change.before), candidate=Decimal(change.after))
