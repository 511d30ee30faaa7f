"""What accounts of a cohort have lost since each of them joined it, beside a forecast of their own.

Note [Two looks]: the rollups say what each account was charged, whatever for; that costs the same however long the log
is. Only of an account whose charges, all together, come to more above its forecast than chance explains, the log is
asked what they were for: more of the dear work is no anomaly either.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeVar

from migration_harness.deciding.buckets import bucket_of
from migration_harness.deciding.flags import load_snapshot
from migration_harness.models import KeptForecast
from migration_harness.money.forecast.figures import Figure, figures_by_account, figures_by_kind
from migration_harness.queries.charged import (
    Charged,
    ChargedOfKind,
    Window,
    charged_by_account,
    charged_by_kind,
    kinds_charged,
)
from migration_harness.queries.since import seams_behind
from migration_harness.rollout.guards.excess import Loss
from migration_harness.rollout.guards.guard import Watched

_Key = TypeVar("_Key", bound=Hashable)

MOST_ACCOUNTS: Final = 1_000
"""Of so many the log is asked what they were charged for: those that have lost most above their forecast."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Losing:
    """What was found.

    Attributes:
        accounts: How many accounts of the cohort were charged, and have a forecast.
        unforeseen: How many were charged, and have none.
        fast: Charges of one account and kind that come to more than chance and tolerance allow, the worst first.
        among: At how many accounts and kinds was looked.
    """

    accounts: int
    unforeseen: int
    fast: tuple[Loss, ...]
    among: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """What charges may come to above their forecast: ``times`` it in all, and less than ``least`` above it."""

    times: int
    least: int


def losing(watched: Watched, *, kept: KeptForecast, tolerance: Tolerance) -> Losing:
    """Return who loses credits faster than this forecast says."""
    window, has_joined = _window(watched), _joined(watched)
    charged = _sums((each.account_id, each) for each in charged_by_account(window) if has_joined(each))
    kinds = kinds_charged(window)
    figures = figures_by_account(kept, account_ids=charged, kinds=kinds)
    # As many accounts as the forecast has: how many will have been looked at in the end is not known before.
    among = max(len(charged), int(kept.summary.get("accounts_in_all", 0))) * max(1, len(kinds))
    at_first = Tolerance(times=1, least=tolerance.least)
    losses = (_loss(account_id, charged[account_id], figure) for account_id, figure in figures.items())
    suspect = [loss.account_id for loss in _fast(losses, at_first, among=among)[:MOST_ACCOUNTS]]
    of_kinds = [each for each in charged_by_kind(window, account_ids=suspect) if has_joined(each)] if suspect else []
    return Losing(
        accounts=len(figures),
        unforeseen=len(charged.keys() - figures.keys()),
        fast=tuple(_fast(_by_kind(of_kinds, kept), tolerance, among=among)),
        among=among,
    )


def _by_kind(charged: Iterable[ChargedOfKind], kept: KeptForecast) -> Iterator[Loss]:
    """Return what charges of each kind came to; of what an account's forecast does not have, nothing is said."""
    sums = _sums(((each.account_id, each.kind), each) for each in charged)
    figures = figures_by_kind(kept, account_ids={account_id for account_id, _ in sums})
    for (account_id, kind), sum_ in sums.items():
        if (account_id, kind) in figures:
            yield _loss(account_id, sum_, figures[account_id, kind], of=" on ".join(kind))


def _fast(losses: Iterable[Loss], tolerance: Tolerance, *, among: int) -> list[Loss]:
    """Return the losses that are more than tolerated and more than chance, the worst first."""
    found = [
        loss
        for loss in losses
        if loss.above >= tolerance.least
        and loss.credits > tolerance.times * loss.expected
        and loss.above > loss.by_chance(among=among)
    ]
    return sorted(found, key=lambda each: (-each.above, each.account_id, each.of))


def _window(watched: Watched) -> Window:
    """Return what is looked at: from the first step on."""
    return Window(
        seams=seams_behind(watched.flag, money=True),
        since=min((step.began_at for step in watched.steps), default=watched.since),
        epoch=min((step.epoch for step in watched.steps), default=load_snapshot().epoch_of(watched.flag)),
    )


def _joined(watched: Watched) -> Callable[[Charged], bool]:
    """Return a function that tells whether charges are of an account in the cohort, made since it joined."""
    snapshot = load_snapshot()
    salt = snapshot.flags[watched.flag].salt if watched.flag in snapshot.flags else ""

    def has_joined(charged: Charged) -> bool:
        if not snapshot.in_cohort(watched.flag, charged.account_id):
            return False
        bucket = bucket_of(charged.account_id, salt=salt)
        # Whom no step takes in, somebody has included by name, before the first.
        return charged.epoch >= min((step.epoch for step in watched.steps if step.share_bps > bucket), default=0)

    return has_joined


def _sums(charged: Iterable[tuple[_Key, Charged]]) -> dict[_Key, tuple[int, Decimal]]:
    """Return charges and credits by key."""
    sums: dict[_Key, tuple[int, Decimal]] = {}
    for key, each in charged:
        count, all_ = sums.get(key, (0, Decimal(0)))
        sums[key] = (count + each.charges, all_ + each.credits)
    return sums


def _loss(account_id: str, charged: tuple[int, Decimal], figure: Figure, *, of: str = "") -> Loss:
    charges, credits_ = charged
    return Loss(
        account_id=account_id,
        of=of,
        charges=charges,
        credits=credits_,
        calls=figure.calls,
        forecast=figure.credits,
        dearest=figure.dearest,
    )
