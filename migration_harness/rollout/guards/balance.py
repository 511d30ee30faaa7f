"""No account loses credits faster than its calls forecast."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from migration_harness.deciding.flags import load_snapshot
from migration_harness.queries.since import Usage, charged_since, seams_behind, usage_before
from migration_harness.rollout.guards.guard import GuardAnswer, Reading, Watched
from migration_harness.wording import counted

_DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loss:
    """What one account was charged since the step began, and what its calls of before would come to in that time."""

    account_id: str
    charged: Decimal
    forecast: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What accounts in the cohort are charged since the flag last changed, against the forecast of their own calls.

    The forecast of an account is what its compared calls of the last ``days`` before the step came to, by the higher of
    both prices, for as long as the step runs; and no less than its busiest day, because work comes in bursts. Broken
    where an account was charged more than ``times`` that and ``least_credits`` besides. An account without calls before
    has no forecast and says nothing.

    Attributes:
        name: Its name.
        days: How far back calls are looked at.
        times: How many times its forecast an account may be charged.
        least_credits: Credits that are too few to say anything, and that come on top of the forecast.
    """

    name: str = "balance"
    days: int = 7
    times: int = 2
    least_credits: int = 100

    def read(self, watched: Watched) -> GuardAnswer:
        """Say whether any account is charged much more than its calls would come to."""
        losses = self._losses(watched)
        if not losses:
            return GuardAnswer(
                guard=self.name,
                reading=Reading.NO_DATA,
                sentence=(
                    f"No account with calls of the {self.days} days before was charged {self.least_credits:,} credits "
                    "or more since the step began."
                ),
            )
        fast = [each for each in losses if each.charged > self.times * each.forecast + self.least_credits]
        if not fast:
            return GuardAnswer(
                guard=self.name,
                reading=Reading.HOLDS,
                sentence=f"{counted(len(losses), 'account')}: none is charged more than its calls forecast.",
                numbers={"accounts": str(len(losses)), "fast": "0"},
            )
        worst = max(fast, key=lambda each: (each.charged - self.times * each.forecast, each.account_id))
        return GuardAnswer(
            guard=self.name,
            reading=Reading.BROKEN,
            sentence=(
                f"{len(fast):,} of {counted(len(losses), 'account')} "
                f"{'loses' if len(fast) == 1 else 'lose'} credits faster than forecast; worst is account "
                f"{worst.account_id}: {worst.charged:,.0f} credits, where its calls of before would come to "
                f"{worst.forecast:,.0f}."
            ),
            numbers={
                "accounts": str(len(losses)),
                "fast": str(len(fast)),
                "worst account": worst.account_id,
                "worst charged": f"{worst.charged:f}",
                "worst forecast": f"{worst.forecast:f}",
            },
        )

    def _losses(self, watched: Watched) -> list[_Loss]:
        seams, snapshot = seams_behind(watched.flag, money=True), load_snapshot()
        epoch = snapshot.epoch_of(watched.flag)
        charged = charged_since(seam_names=seams, since=watched.since, epoch=epoch, least=self.least_credits)
        answered = {each: credits_ for each, credits_ in charged.items() if snapshot.in_cohort(watched.flag, each)}
        before = usage_before(
            seam_names=seams,
            since=watched.since - timedelta(days=self.days),
            until=watched.since,
            epoch=epoch,
            account_ids=answered,
        )
        return [
            _Loss(account_id=each, charged=answered[each], forecast=_forecast(before[each], watched))
            for each in sorted(_known(answered, before))
        ]


def _known(answered: Mapping[str, Decimal], before: Mapping[str, Usage]) -> set[str]:
    return {each for each in answered if each in before and before[each].credits > 0}


def _forecast(usage: Usage, watched: Watched) -> Decimal:
    """Return the credits that calls at the rate of before come to since the step began, a busy day's at least."""
    seconds = max(_DAY_SECONDS, _seconds(usage.since, watched.since))
    return max(usage.busiest_day, usage.credits * _seconds(watched.since, watched.now) / seconds)


def _seconds(start: datetime, end: datetime) -> int:
    return max(0, int((end - start).total_seconds()))
