"""What is left of a rollout's loss budget, and what that allows of its next step."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from migration_harness.exceptions import HarnessError
from migration_harness.models import Rollout
from migration_harness.rollout import clock
from migration_harness.rollout.looking import progress_of
from migration_harness.rollout.loss_budget import allowed_share_bps, credits_allowed, spent
from migration_harness.rollout.status import newest_rollout
from migration_harness.rollout.tick import wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetStatus:
    """A loss budget, in credits.

    Attributes:
        budget: The most that the rollout may cost customers; None where that cannot be told.
        spent: What they have paid too much since it began, healed or not; None where that cannot be told.
        share_bps: The largest share that the next step may have, in basis points; None where no step comes.
        expected_loss: What that step is expected to cost before a fault is noticed.
        sentence: Why the step has that size, or why there is none.
    """

    budget: Decimal | None
    spent: Decimal | None
    share_bps: int | None
    expected_loss: Decimal
    sentence: str


def budget_status(flag: str) -> BudgetStatus | None:
    """Return where the loss budget of a flag's newest rollout stands; None where it has none. Raises NoRollout."""
    rollout = newest_rollout(flag)
    if rollout.loss_credits is None and rollout.loss_usd is None:
        return None
    now = rollout.ended_at or clock.database_now()
    try:
        budget, gone = credits_allowed(rollout), spent(flag=flag, since=rollout.started_at, now=now)
    except HarnessError as error:
        return _told(None, None, f"The loss budget cannot be kept. {error}")
    then = wanted(progress_of(rollout, rollout.steps.all()))
    if not rollout.is_open:
        return _told(budget, gone, "The rollout has ended.")
    if then is None:
        return _told(budget, gone, "It is at its last step: no other one is to be paid for.")
    return _of_step(rollout, then[1], budget=budget, gone=gone, now=now)


def _of_step(rollout: Rollout, share_bps: int, *, budget: Decimal, gone: Decimal, now: datetime) -> BudgetStatus:
    allowed = allowed_share_bps(rollout, share_bps, now)
    return BudgetStatus(
        budget=budget,
        spent=gone,
        share_bps=min(allowed.share_bps, share_bps),
        expected_loss=allowed.expected_loss,
        sentence=allowed.sentence,
    )


def _told(budget: Decimal | None, gone: Decimal | None, sentence: str) -> BudgetStatus:
    return BudgetStatus(budget=budget, spent=gone, share_bps=None, expected_loss=Decimal(0), sentence=sentence)
