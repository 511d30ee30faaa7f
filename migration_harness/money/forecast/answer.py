"""The answer of a forecast."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from migration_harness.money.forecast.distribution import Bin, histogram, quantiles
from migration_harness.money.forecast.lines import AccountLine, Line, UnpricedLine
from migration_harness.money.forecast.money import Change
from migration_harness.money.forecast.source import ForecastQuestion, Period

NAMED: Final = 20
"""Accounts that gain or lose most, and that run dry first, which are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What the new prices would have made of recorded calls."""

    question: ForecastQuestion
    at: datetime
    period: Period | None
    digest: str
    inputs: dict[str, str]
    totals: Change
    accounts: tuple[AccountLine, ...]
    operations: tuple[Line, ...]
    models: tuple[Line, ...]
    plans: tuple[Line, ...]
    unpriced: tuple[UnpricedLine, ...]

    @property
    def gain_most(self) -> list[AccountLine]:
        """The accounts that pay fewer credits, the greatest change first."""
        return [line for line in sorted(self.accounts, key=_by_change)[:NAMED] if line.change.credits < 0]

    @property
    def lose_most(self) -> list[AccountLine]:
        """The accounts that pay more credits, the greatest change first."""
        ordered = sorted(self.accounts, key=lambda line: (-line.change.credits, line.account_id))
        return [line for line in ordered[:NAMED] if line.change.credits > 0]

    @property
    def dry(self) -> list[AccountLine]:
        """The accounts that would run dry by the new prices, the soonest first."""
        found = [(line.dry.after_at, line.account_id, line) for line in self.accounts if line.dry and line.dry.after_at]
        return [line for _, _, line in sorted(found, key=lambda each: each[:2])]

    @property
    def dry_before(self) -> int:
        """How many would run dry by the legacy prices."""
        return sum(1 for line in self.accounts if line.dry and line.dry.before_at)

    @property
    def quantiles(self) -> dict[int, int]:
        """The change in credits of an account, by percent of the accounts."""
        return quantiles([line.change.credits for line in self.accounts if line.change.calls])

    @property
    def histogram(self) -> list[Bin]:
        """How many accounts pay how much less or more."""
        changes = [line.change for line in self.accounts if line.change.calls]
        return histogram([(change.before.credits, change.after.credits) for change in changes])


def _by_change(line: AccountLine) -> tuple[int, str]:
    return (line.change.credits, line.account_id)
