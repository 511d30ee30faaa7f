"""The lines of a forecast's tables."""

from dataclasses import dataclass

from migration_harness.money.forecast.money import Change
from migration_harness.money.forecast.running_dry import RunsDry


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The change of one operation, model or plan."""

    name: str
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine(Line):
    """The change of one account; ``dry`` is None where the host does not know the account."""

    account_id: str
    plan: str
    dry: RunsDry | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpricedLine:
    """Calls that are left out of every sum, and why."""

    operation: str
    model: str
    reason: str
    calls: int
    accounts: int
    credits_before: int | None
