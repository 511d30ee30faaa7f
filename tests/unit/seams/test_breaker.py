"""A breaker counts failures in a row, pauses comparing, and probes."""

import pytest

from migration_harness.seams.breaker import FAILURES_TO_OPEN, FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, Breaker


@pytest.fixture
def breaker():
    return Breaker()


@pytest.fixture
def opened(breaker):
    """A breaker that opened at second 0."""
    for _ in range(FAILURES_TO_OPEN):
        breaker.failed(reason="ValueError", now_seconds=0)
    return breaker


class TestBreaker:
    def test_opens_by_the_last_of_enough_failures_in_a_row(self, breaker):
        told = [breaker.failed(reason="ValueError", now_seconds=0) for _ in range(FAILURES_TO_OPEN)]
        assert told == [False] * (FAILURES_TO_OPEN - 1) + [True]
        assert (breaker.is_open, breaker.reason) == (True, "ValueError")

    def test_begins_to_count_anew_after_a_success(self, breaker):
        for _ in range(3 * FAILURES_TO_OPEN):
            breaker.failed(reason="ValueError", now_seconds=0)
            breaker.passed()
        assert (breaker.failures, breaker.is_open) == (0, False)

    def test_permits_everything_while_it_is_closed(self, breaker):
        breaker.failed(reason="ValueError", now_seconds=0)
        assert [breaker.permits(now_seconds=second) for second in range(3)] == [True] * 3

    def test_permits_nothing_during_the_pause_and_then_one_probe(self, opened):
        asked = (0, FIRST_PAUSE_SECONDS - 0.1, FIRST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS)
        assert [opened.permits(now_seconds=second) for second in asked] == [False, False, True, False]

    def test_closes_by_a_probe_that_passes(self, opened):
        assert opened.passed() is True
        assert opened.permits(now_seconds=0)
        assert opened.passed() is False

    def test_waits_longer_after_each_probe_that_fails_up_to_a_limit(self, opened):
        now, pauses = 0.0, []
        for _ in range(8):
            began = now
            while not opened.permits(now_seconds=now):
                now += 1
            pauses.append(now - began)
            assert opened.failed(reason="ValueError", now_seconds=now) is False
        assert pauses[:3] == [FIRST_PAUSE_SECONDS, 2 * FIRST_PAUSE_SECONDS, 4 * FIRST_PAUSE_SECONDS]
        assert pauses[-1] == LONGEST_PAUSE_SECONDS
