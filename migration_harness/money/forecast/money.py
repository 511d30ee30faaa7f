"""Credits, revenue and cost of some calls, before and after. Exact: integers and Decimals."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

_NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What some calls bring and cost. ``credits`` are what customers pay, in USD ``revenue_usd``."""

    credits: int = 0
    revenue_usd: Decimal = _NOTHING
    cost_usd: Decimal = _NOTHING
    """What the providers charge."""

    @property
    def margin_usd(self) -> Decimal:
        """Revenue less cost."""
        return self.revenue_usd - self.cost_usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The same calls by the legacy prices and by the new ones.

    ``unpriced`` calls are not in ``calls`` and not in the sums: one side has no price for them.
    """

    calls: int
    before: Money
    after: Money
    unpriced: int = 0

    @property
    def credits(self) -> int:
        """How many credits more are paid after."""
        return self.after.credits - self.before.credits


class Sum:
    """A change that is being added up."""

    __slots__ = ("after", "before", "calls", "unpriced")

    def __init__(self) -> None:
        self.calls = self.unpriced = 0
        self.before: list[int | Decimal] = [0, _NOTHING, _NOTHING]
        self.after: list[int | Decimal] = [0, _NOTHING, _NOTHING]

    def add(self, *, calls: int, before: Money, after: Money) -> None:
        """Add calls that both sides price."""
        self.calls += calls
        for sums, money in ((self.before, before), (self.after, after)):
            sums[0] += money.credits
            sums[1] += money.revenue_usd
            sums[2] += money.cost_usd

    @property
    def change(self) -> Change:
        """What was added."""
        return Change(calls=self.calls, unpriced=self.unpriced, before=_money(self.before), after=_money(self.after))


def _money(sums: list[int | Decimal]) -> Money:
    credits_, revenue, cost = sums
    return Money(credits=int(credits_), revenue_usd=Decimal(revenue), cost_usd=Decimal(cost))
