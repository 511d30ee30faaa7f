"""A pause is silence where chance does not explain it, and it is longer than those before it."""

from datetime import UTC, datetime
from math import comb
from random import Random

import pytest

from migration_harness.evidence.silence import REMEMBERED, Calls, Pause

AT = datetime(2026, 11, 25, tzinfo=UTC)


def pause(called, of, since, longest=0):
    return Pause(called=called, of=of, since=since, longest=longest)


class TestChance:
    @pytest.mark.parametrize(("called", "of", "since"), [(1, 1, 1), (3, 10, 5), (40, 40, 7), (12, 400, 900)])
    def test_is_that_of_all_calls_falling_before_the_pause(self, called, of, since):
        assert pause(called, of, since).chance == pytest.approx(comb(of, called) / comb(of + since, called))

    @pytest.mark.parametrize(("called", "since"), [(0, 100), (5, 0)], ids=["never called", "called just now"])
    def test_is_one_where_there_is_no_pause(self, called, since):
        assert pause(called, 100, since).chance == 1.0


class TestSilence:
    @pytest.mark.parametrize(
        ("found", "expected"),
        [
            (pause(called=600, of=600, since=3), True),
            (pause(called=600, of=600, since=2), False),
            (pause(called=60, of=600, since=140, longest=30), False),
            (pause(called=60, of=600, since=160, longest=30), True),
            (pause(called=2, of=600, since=4_000, longest=200), False),
            (pause(called=300, of=900, since=300, longest=200), False),
            (pause(called=300, of=900, since=401, longest=200), True),
            (pause(called=0, of=0, since=4_000), False),
        ],
        ids=[
            "in every minute, and not in three",
            "in every minute, and not in two",
            "in one of ten, and not in 140",
            "in one of ten, and not in 160",
            "too few calls to say it by",
            "at night it has paused as long before",
            "longer than two such nights",
            "never called",
        ],
    )
    def test_is_a_pause_that_chance_and_habit_do_not_explain(self, found, expected):
        assert found.is_silence is expected

    @pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.95])
    def test_is_never_found_in_what_goes_on_by_chance(self, share):
        chance, calls, found = Random(7), Calls.first(tick=0, at=AT, epoch=1), 0
        for tick in range(1, 50_000):
            if chance.random() < share:
                calls = calls.again(tick=tick, at=AT)
            found += calls.pause_at(tick).is_silence
        assert calls.called > 100
        assert found == 0


class TestCalls:
    def test_remember_how_often_and_the_longest_pause(self):
        calls = Calls.first(tick=5, at=AT, epoch=1)
        for tick in (6, 10, 11):
            calls = calls.again(tick=tick, at=AT)
        assert calls.pause_at(14) == pause(called=4, of=7, since=3, longest=3)

    def test_let_what_is_long_ago_weigh_half(self):
        calls = Calls.first(tick=1, at=AT, epoch=1)
        for tick in (401, *range(402, REMEMBERED + 2)):
            calls = calls.again(tick=tick, at=AT)
        assert calls.longest == 200
        assert calls.pause_at(calls.last_tick).of == REMEMBERED // 2 + 1
        assert 0 < calls.called <= calls.pause_at(calls.last_tick).of
