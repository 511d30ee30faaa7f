"""The moments that a command takes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from migration_harness.exceptions import UnknownMoment
from migration_harness.moments import moment, span


class TestMoment:
    NOW = timezone.now()

    @pytest.mark.parametrize(
        ("text", "expected"),
        [("30d", NOW - timedelta(days=30)), ("12h", NOW - timedelta(hours=12)), ("5min", NOW - timedelta(minutes=5))],
    )
    def test_may_be_how_long_ago(self, text, expected):
        assert moment(text, now=self.NOW) == expected

    @pytest.mark.parametrize("text", ["2026-11-01", "2026-11-01T00:00", "2026-11-01T02:00+02:00"])
    def test_may_be_a_date_in_utc(self, text):
        assert moment(text, now=self.NOW).isoformat() == "2026-11-01T00:00:00+00:00"

    @pytest.mark.parametrize("text", ["", "soon", "5", "-5d", "99999999d9", "999999999d"])
    def test_is_else_refused(self, text):
        with pytest.raises(UnknownMoment):
            moment(text, now=self.NOW)


class TestSpan:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [("1d", timedelta(days=1)), (" 12h ", timedelta(hours=12)), ("5min", timedelta(minutes=5))],
    )
    def test_is_how_long_something_takes(self, text, expected):
        assert span(text) == expected

    @pytest.mark.parametrize("text", ["", "soon", "5", "-5d", "2026-11-01", "99999999d9"])
    def test_is_else_refused(self, text):
        with pytest.raises(UnknownMoment, match="Write how long"):
            span(text)
