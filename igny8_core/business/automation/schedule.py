"""When the clock starts a run. Pure: callers pass ``now``."""

from datetime import datetime, timedelta
from typing import Final, assert_never

from igny8_core.business.automation.config_models import AutomationConfig

Frequency = AutomationConfig.Frequency

REST: Final = timedelta(hours=23)
"""A site that had a run within this time is left alone."""
MADE_UP_WITHIN: Final = timedelta(hours=6)
"""An hour that passed while no worker ran, or while the site rested, is made up for within this time.

Short enough that a run by hand in the afternoon does not become tomorrow's scheduled run at noon, long
enough that a night's outage costs a weekly site no week.
"""


def latest_hour(config: AutomationConfig, *, now: datetime) -> datetime:
    """Return the last hour, at or before ``now``, that the schedule names. ``now`` is in UTC."""
    hour = now.replace(hour=config.hour, minute=0, second=0, microsecond=0)
    match Frequency(config.frequency):
        case Frequency.DAILY:
            return hour if hour <= now else hour - timedelta(days=1)
        case Frequency.WEEKLY:
            hour -= timedelta(days=(hour.weekday() - config.weekday) % 7)
            return hour if hour <= now else hour - timedelta(days=7)
        case Frequency.MONTHLY:
            hour = hour.replace(day=config.day_of_month)
            return hour if hour <= now else _a_month_before(hour)
        case unknown:
            assert_never(unknown)


def due_hour(config: AutomationConfig, *, now: datetime) -> datetime | None:
    """Return the hour for which a run is due at ``now``; None where there is none."""
    hour = latest_hour(config, now=now)
    if not config.enabled or hour <= config.scheduled_from or now - hour >= MADE_UP_WITHIN:
        return None
    return hour


def _a_month_before(hour: datetime) -> datetime:
    last_of_the_month_before = hour.replace(day=1) - timedelta(days=1)
    return last_of_the_month_before.replace(day=hour.day)
