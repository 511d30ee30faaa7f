"""How large a step may be, so that what it is expected to cost before a fault is noticed stays within a budget.

Note [What a step may cost]: with p the upper bound of the chance that a call is wrong, R the credits per second that
the accounts of the step are charged, and T the seconds until a fault is noticed, a step is expected to cost

    p x R x T.

A wrong call loses its charge at most. Where every call is compared, T is ``NOTICE_SECONDS``. Where only a share c of
them is, 1/c - 1 wrong calls go by on average before one is compared, and they lose as much as the account with the
dearest calls pays for each: then

    p x R x T = p x R x NOTICE_SECONDS + (1/c - 1) x dearest charge.

It grows with every account that joins, so the accounts are taken in the order in which a growing share takes them,
until one would cost too much. What is wrong with this is the word expected: docs/explanation/the-loss-budget.md.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Context, Decimal
from itertools import groupby
from typing import Final

from migration_harness.deciding.buckets import BUCKETS
from migration_harness.wording import percent

NOTICE_SECONDS: Final = 2
"""From a wrong charge that is compared to the acknowledged rollback."""
_MANY: Final = 10
_FEW: Final = Decimal("0.0001")
_TWO_DIGITS: Final = Context(prec=2, rounding=ROUND_CEILING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """An account that a growing share takes in.

    Attributes:
        at_bps: The smallest share, in basis points, at which it is in the cohort; 0: it is there by name.
        credits_per_second: What it is charged.
        charge: Credits of one of its calls.
    """

    at_bps: int
    credits_per_second: Decimal
    charge: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """The largest share that a step may have, in basis points, and why in one sentence; money is credits.

    Attributes:
        share_bps: The share; 0: no step.
        sentence: Why, for people.
        budget: The most that the rollout may cost, None where it has no budget.
        spent: What it has cost so far.
        bound: The upper bound of the chance that a call is wrong, None where nothing is known.
        credits_per_second: What the accounts of this share are charged.
        notice_seconds: How long a fault goes unnoticed, None where it would for ever.
        expected_loss: What the step is expected to cost before a fault is noticed; 0 where there is none.
        worst_loss: The same, should every call be wrong from one moment on.
    """

    share_bps: int
    sentence: str
    budget: Decimal | None = None
    spent: Decimal = Decimal(0)
    bound: Decimal | None = None
    credits_per_second: Decimal = Decimal(0)
    notice_seconds: Decimal | None = None
    expected_loss: Decimal = Decimal(0)
    worst_loss: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cost:
    """What the accounts up to a share are charged, and what they are expected to lose."""

    credits_per_second: Decimal = Decimal(0)
    uncompared: Decimal = Decimal(0)
    """What wrong calls lose that go by before one is compared."""
    bound: Decimal

    @property
    def expected(self) -> Decimal:
        return self.bound * self.credits_per_second * NOTICE_SECONDS + self.uncompared

    @property
    def worst(self) -> Decimal:
        return self.credits_per_second * NOTICE_SECONDS + self.uncompared

    @property
    def notice_seconds(self) -> Decimal:
        """T, such that p x R x T is what is expected."""
        wrong_per_second = self.bound * self.credits_per_second
        return NOTICE_SECONDS + (self.uncompared / wrong_per_second if wrong_per_second else Decimal(0))


def largest_share(
    *,
    budget: Decimal,
    wanted_bps: int,
    bound: Decimal | None,
    accounts: Iterable[Joining],
    compared_bps: int = BUCKETS,
    spent: Decimal = Decimal(0),
) -> Allowed:
    """Return how much of the wanted share a step may have: Note [What a step may cost].

    A larger budget never gives a smaller share. Where nothing is known of the chance that a call is wrong, of what
    accounts are charged, or where nothing is compared, there is no step: ``expected_loss`` is never above what is left.
    """
    left = budget - spent
    known = Allowed(share_bps=0, sentence="", budget=budget, spent=spent, bound=bound)
    joining = sorted(accounts, key=lambda each: each.at_bps)
    if bound is None:
        why = "Nothing that counts was compared in this window, so nobody knows how often a call is wrong"
    elif compared_bps <= 0:
        why = "No call is compared, so a fault would never be noticed"
    elif left <= 0:
        why = f"Nothing is left of the loss budget: {_credits(spent)} of {_credits(budget)} credits are spent"
    elif not any(each.credits_per_second for each in joining):
        why = "No charge of the last days is known, so nobody knows what a step may cost"
    else:
        return _chosen(known, joining, bound=bound, left=left, wanted_bps=wanted_bps, compared_bps=compared_bps)
    return replace(known, sentence=f"No step: {why}.")


def _chosen(
    known: Allowed, joining: list[Joining], *, bound: Decimal, left: Decimal, wanted_bps: int, compared_bps: int
) -> Allowed:
    share, cost = wanted_bps, _Cost(bound=bound)
    for at_bps, costs in _costs(joining, bound=bound, compared_bps=compared_bps):
        if at_bps > wanted_bps:
            break
        if costs.expected > left:
            share = max(0, at_bps - 1)
            return _cut(known, share, cost, left=left, wanted_bps=wanted_bps, next_cost=costs)
        cost = costs
    return _with(known, share, cost, f"{percent(share)} is within the loss budget: {_told(cost, left)}.")


def _cut(known: Allowed, share: int, cost: _Cost, *, left: Decimal, wanted_bps: int, next_cost: _Cost) -> Allowed:
    too_much = f"one account more would cost up to {_credits(next_cost.expected)} credits"
    if not share:
        first = (
            f"No step: the first accounts would cost up to {_credits(next_cost.expected)} credits before a fault is "
        )
        return replace(known, sentence=f"{first}noticed, and {_credits(left)} are left of the loss budget.")
    sentence = f"{percent(share)} instead of {percent(wanted_bps)}: {_told(cost, left)}; {too_much}."
    return _with(known, share, cost, sentence)


def _with(known: Allowed, share: int, cost: _Cost, sentence: str) -> Allowed:
    return replace(
        known,
        share_bps=share,
        sentence=sentence,
        credits_per_second=cost.credits_per_second,
        notice_seconds=cost.notice_seconds,
        expected_loss=cost.expected,
        worst_loss=cost.worst,
    )


def _costs(joining: list[Joining], *, bound: Decimal, compared_bps: int) -> Iterator[tuple[int, _Cost]]:
    """Yield each share at which accounts join, with the cost of all that are in the cohort then."""
    unseen = Decimal(BUCKETS - compared_bps) / compared_bps
    per_second = dearest = Decimal(0)
    for at_bps, group in groupby(joining, key=lambda each: each.at_bps):
        for each in group:
            per_second += each.credits_per_second
            dearest = max(dearest, each.charge)
        yield at_bps, _Cost(credits_per_second=per_second, uncompared=unseen * dearest, bound=bound)


def _told(cost: _Cost, left: Decimal) -> str:
    if not cost.credits_per_second:
        return "no account in it was charged in the last days"
    wrong = f"at most {cost.bound:.2%} of the calls are wrong".replace("%", " %")
    charged = f"its accounts are charged {_credits(cost.credits_per_second * 3_600)} credits an hour"
    noticed = f"a fault is noticed in {cost.notice_seconds:,.0f} s"
    costs = f"which costs up to {_credits(cost.expected)} of the {_credits(left)} credits that are left"
    return f"{wrong}, {charged} and {noticed}, {costs}"


def _credits(amount: Decimal) -> str:
    """Return credits for people: whole ones where there are many, else two digits that count, rounded up."""
    if abs(amount) >= _MANY:
        return f"{amount:,.0f}"
    rounded = _TWO_DIGITS.create_decimal(amount).normalize()
    return f"{rounded:f}" if not 0 < rounded < _FEW else f"less than {_FEW:f}"
