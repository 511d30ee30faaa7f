"""How much an account's charges may come to before that is no chance any more. Arithmetic alone.

Note [More work is no anomaly]: an account that does more work is charged more often, and its forecast says nothing of
that. What it does say is what a charge comes to, of each operation and model. So charges are taken as they came, of
each kind as many as there were, and only what they come to is compared: with their number times the forecast's mean.

Note [Chance]: charges of one kind differ, with the tokens of each call. Let a kind have n calls in the forecast, of
which the dearest is d credits, and m charges since. Where charges are like those calls, each lies between 0 and d, and
by Hoeffding's inequality ("Probability inequalities for sums of bounded random variables", Journal of the American
Statistical Association 58, 1963) the sum of m of them exceeds m times the forecast's mean by

    t = d sqrt(ln(1/e) m (1 + m/n) / 2)

with a chance of at most e; m/n is what the mean of n calls alone may be wrong by. It is looked at all the time, at
every account and kind, so e is divided among them: one with m charges gets ``ERROR`` / (accounts times kinds times
m (m + 1)), which over all m comes to ``ERROR``. So it is wrong once in a thousand rollouts at most, however long.
"""

from dataclasses import dataclass
from decimal import Decimal
from math import ceil, log, sqrt
from typing import Final

ERROR: Final = 0.001
"""The chance that of all accounts of a rollout any is ever taken for charged too much where its charges are as ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What charges of an account came to, beside calls of a forecast; all amounts are credits.

    Attributes:
        account_id: Whose charges these are.
        of: What they were for, in words; empty: whatever for.
        charges: How many there are, 1 at least.
        credits: What they came to.
        calls: How many calls the forecast has, 1 at least.
        forecast: What those come to.
        dearest: What the dearest of those comes to.
    """

    account_id: str
    of: str = ""
    charges: int
    credits: Decimal
    calls: int
    forecast: int
    dearest: int

    @property
    def expected(self) -> Decimal:
        """What the forecast says of so many charges."""
        return Decimal(self.charges * self.forecast) / self.calls

    @property
    def above(self) -> Decimal:
        """How much more was charged than that."""
        return self.credits - self.expected

    def by_chance(self, *, among: int) -> int:
        """Return by how much it may be above by chance, one of so many that are looked at: Note [Chance]."""
        spread = self.charges * (1 + self.charges / self.calls) / 2
        return ceil(self.dearest * sqrt(log(max(1, among) * self.charges * (self.charges + 1) / ERROR) * spread))
