"""The pause that a provider asks for, in every way in which it can be said."""

from datetime import UTC, datetime

import pytest

from igny8_core.ai.providers.retry_after import retry_after_seconds

NOW = datetime(2026, 1, 4, 12, 0, 0, tzinfo=UTC)
THEIRS = "Sun, 04 Jan 2026 11:30:00 GMT"


class TestPause:
    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({}, None),
            ({"retry-after": "7"}, 7.0),
            ({"retry-after": "0.5"}, 0.5),
            ({"retry-after": "-3"}, 0.0),
            ({"retry-after": "inf"}, float("inf")),
            ({"retry-after": "nan"}, None),
            ({"retry-after": "soon"}, None),
            ({"retry-after": ""}, None),
            ({"retry-after-ms": "250"}, 0.25),
            ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
            ({"retry-after-ms": "soon", "retry-after": "7"}, 7.0),
            ({"retry-after": "Sun, 04 Jan 2026 12:00:09 GMT"}, 9.0),
            ({"retry-after": "Sun, 04 Jan 2026 11:59:00 GMT"}, 0.0),
            ({"retry-after": "Sun, 04 Jan 2026 11:30:04 GMT", "date": THEIRS}, 4.0),
            ({"retry-after": "Sun, 04 Jan 2026 13:00:05 +0100"}, 5.0),
            ({"retry-after": "Sun, 04 Jan 2026 12:00:05 -0000"}, 5.0),
            ({"retry-after": "Sun, 99 Jan 2026 12:00:05 GMT"}, None),
            ({"retry-after": "Sun, 04 Jan 2026 12:00:05 GMT", "date": "today"}, 5.0),
        ],
    )
    def test_is_read(self, headers, seconds):
        assert retry_after_seconds(headers, now=NOW) == seconds
