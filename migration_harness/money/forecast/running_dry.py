"""Whose balance would end, and when: at the rate of the period, without any credits added."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

HORIZON_DAYS: Final = 30
"""An account that lasts longer is not said to run dry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsDry:
    """When an account's balance ends by the legacy prices and by the new ones; None: not within the horizon."""

    balance: int
    before_at: datetime | None
    after_at: datetime | None


def runs_dry(*, balance: int, before: int, after: int, seconds: int, now: datetime) -> RunsDry:
    """Return when a balance ends that pays ``before`` or ``after`` credits in ``seconds``."""
    return RunsDry(
        balance=balance,
        before_at=_ends_at(balance, before, seconds, now),
        after_at=_ends_at(balance, after, seconds, now),
    )


def _ends_at(balance: int, used: int, seconds: int, now: datetime) -> datetime | None:
    """A whole number of seconds, rounded down: it is never said too late."""
    lasts_seconds = balance * seconds // used if used else None
    if lasts_seconds is None or lasts_seconds > HORIZON_DAYS * 86_400:
        return None
    return now + timedelta(seconds=lasts_seconds)
