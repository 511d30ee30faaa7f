"""When the clock starts a run."""

from datetime import UTC, datetime, timedelta

import pytest

from igny8_core.business.automation.config_models import AutomationConfig
from igny8_core.business.automation.schedule import MADE_UP_WITHIN, due_hour, latest_hour

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
DAILY = {"frequency": "daily", "hour": 2}
WEEKLY = {"frequency": "weekly", "hour": 2, "weekday": 2}
MONTHLY = {"frequency": "monthly", "hour": 2, "day_of_month": 28}


def config(**fields):
    return AutomationConfig(**{"enabled": True, "scheduled_from": LONG_AGO} | fields)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestLatestHour:
    @pytest.mark.parametrize(
        ("schedule", "now", "hour"),
        [
            (DAILY, "2026-01-07 02:00", "2026-01-07 02:00"),
            (DAILY, "2026-01-07 01:59", "2026-01-06 02:00"),
            (DAILY, "2026-03-01 01:05", "2026-02-28 02:00"),
            (DAILY | {"hour": 23}, "2026-01-01 00:05", "2025-12-31 23:00"),
            # The seventh of January 2026 is a Wednesday.
            (WEEKLY, "2026-01-07 02:05", "2026-01-07 02:00"),
            (WEEKLY, "2026-01-07 01:05", "2025-12-31 02:00"),
            (WEEKLY, "2026-01-06 12:00", "2025-12-31 02:00"),
            (WEEKLY, "2026-01-13 23:59", "2026-01-07 02:00"),
            (MONTHLY, "2026-01-28 02:05", "2026-01-28 02:00"),
            (MONTHLY, "2026-01-28 01:05", "2025-12-28 02:00"),
            (MONTHLY, "2026-03-01 00:00", "2026-02-28 02:00"),
            (MONTHLY | {"day_of_month": 1}, "2026-01-31 12:00", "2026-01-01 02:00"),
        ],
    )
    def test_is_the_one_that_the_schedule_names(self, schedule, now, hour):
        assert latest_hour(config(**schedule), now=at(now)) == at(hour)

    @pytest.mark.parametrize("schedule", [DAILY, WEEKLY, MONTHLY], ids=["daily", "weekly", "monthly"])
    def test_is_never_in_the_future_and_moves_only_forward(self, schedule):
        now, end, last = at("2025-11-01 00:05"), at("2026-04-01 00:05"), None
        hours = set()
        while now < end:
            hour = latest_hour(config(**schedule), now=now)
            assert hour <= now
            assert last is None or hour >= last
            hours.add(hour)
            now, last = now + timedelta(hours=1), hour
        assert len(hours) == {"daily": 152, "weekly": 22, "monthly": 6}[schedule["frequency"]]


class TestDueHour:
    def test_is_none_where_the_schedule_is_off(self):
        assert due_hour(config(**DAILY, enabled=False), now=at("2026-01-07 02:05")) is None

    def test_lasts_for_the_hours_in_which_it_is_made_up_for(self):
        hour = at("2026-01-07 02:00")
        assert due_hour(config(**WEEKLY), now=hour + timedelta(minutes=5)) == hour
        assert due_hour(config(**WEEKLY), now=hour + MADE_UP_WITHIN - timedelta(seconds=1)) == hour
        assert due_hour(config(**WEEKLY), now=hour + MADE_UP_WITHIN) is None

    def test_is_none_for_an_hour_before_the_schedule_was_made(self):
        made = at("2026-01-07 03:00")
        assert due_hour(config(**DAILY, scheduled_from=made), now=at("2026-01-07 03:05")) is None
        assert due_hour(config(**DAILY, scheduled_from=made), now=at("2026-01-08 02:05")) == at("2026-01-08 02:00")
