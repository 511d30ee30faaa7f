"""The bound under somebody who looks at it all the time, by simulation with fixed seeds.

The bound falls with a success and rises with a failure (see ``test_bounds``), so after a number of failures it is at
most a ratio from one number of trials on. The simulations ask for that number once and then look after every trial.
``make soak`` sets SOAK=1 for many more streams and days.
"""

import os
from functools import cache
from math import exp, lgamma, log, log1p
from random import Random

import pytest

from migration_harness.evidence.bounds import trials_needed, upper_bound

FULL = os.environ.get("SOAK") == "1"
STREAMS = 4_000 if FULL else 1_000
TRIALS = 5_000 if FULL else 2_000
DAYS = 600 if FULL else 150
SECONDS_OF_A_DAY = 86_400
FLUKE = 1e-4
"""How seldom a bound that is right may miss more often than is allowed, over all seeds."""


class Watched(dict):
    """From how many trials on the bound says "at most this ratio", by the number of failures."""

    def __init__(self, ratio, alpha):
        super().__init__()
        self.ratio, self.alpha = ratio, alpha

    def __missing__(self, failures):
        self[failures] = self.needed(failures)
        return self[failures]

    def needed(self, failures):
        return trials_needed(failures=failures, ratio=self.ratio, alpha=self.alpha)


class WatchedFixedSample(Watched):
    """The same for the bound of Clopper and Pearson, which is right for one look at a number of trials fixed before."""

    def needed(self, failures):
        low, step = max(failures, int(failures / self.ratio)), 1
        while self.chance(failures, low + step) > self.alpha:
            step *= 2
        low, high = low + step // 2, low + step
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.chance(failures, middle) <= self.alpha else (middle, high)
        return high

    def chance(self, failures, trials):
        """Return how likely so few failures are at this ratio: the terms of the binomial, the largest first."""
        k = failures
        term = exp(
            lgamma(trials + 1) - lgamma(k + 1) - lgamma(trials - k + 1)
            + k * log(self.ratio) + (trials - k) * log1p(-self.ratio)
        )  # fmt: skip
        total = 0.0
        while term > total * 1e-12:
            total += term
            term *= k / (trials - k + 1) * (1 - self.ratio) / self.ratio
            k -= 1
        return total


@cache
def watched_at(kind, ratio, alpha):
    """Return one for all tests: it is the same for all of them, and takes a while to fill."""
    return kind(ratio, alpha)


@cache
def allowed(runs, alpha):
    """Return how many of these runs may miss: more of them are a fluke, where each misses with a chance of alpha."""
    most, chance = 0, 1.0
    term = (1 - alpha) ** runs
    while (chance := chance - term) > FLUKE:
        most += 1
        term *= (runs - most + 1) / most * alpha / (1 - alpha)
    return most


def is_missed(watched, ratio, random):
    """Look after every trial of a stream; tell whether the bound was ever at most the true ratio."""
    failures = 0
    for trial in range(1, TRIALS + 1):
        failures += random.random() < ratio
        if trial >= watched[failures]:
            return True
    return False


def constant(_trials, _failures):
    return 0.0101


def adversary(trials, failures):
    """Sends good traffic while the ratio looks good, so as to be just below the limit, and bad traffic to no purpose.

    Whatever is sent, no call fails with a chance below 1 %.
    """
    return 0.0101 if failures <= 0.011 * trials + 1 else 0.02


def opens(watched, ratio_of, random):
    """Watch a gate every second of a day, with calls between the looks; tell whether it ever opened."""
    trials, failures = 0, 0
    ratio = ratio_of(trials, failures)
    next_failure = 1 + int(log(random.random()) / log1p(-ratio))
    for second in range(SECONDS_OF_A_DAY):
        trials += (0, 1, 1, 3, 1, 0, 2)[second % 7]
        while next_failure <= trials:
            failures += 1
            ratio = ratio_of(next_failure, failures)
            next_failure += 1 + int(log(random.random()) / log1p(-ratio))
        if trials >= watched[failures]:
            return True
    return False


class TestBoundUnderALookAfterEveryTrial:
    @pytest.mark.parametrize("alpha", [0.01, 0.1])
    @pytest.mark.parametrize("ratio", [0.005, 0.01, 0.1, 0.5])
    def test_is_below_the_true_ratio_in_no_more_streams_than_it_says(self, ratio, alpha):
        random, watched = Random(f"{ratio} {alpha}"), watched_at(Watched, ratio, alpha)
        missed = sum(is_missed(watched, ratio, random) for _ in range(STREAMS))
        assert missed <= allowed(STREAMS, alpha)

    @pytest.mark.parametrize("ratio", [0.01, 0.1, 0.5])
    def test_of_a_fixed_sample_is_below_it_in_many_more(self, ratio):
        random, watched = Random(f"fixed {ratio}"), watched_at(WatchedFixedSample, ratio, 0.01)
        missed = sum(is_missed(watched, ratio, random) for _ in range(STREAMS))
        assert missed > allowed(STREAMS, 0.01)

    def test_is_what_the_simulation_takes_it_for(self):
        random, watched, failures = Random("one stream"), watched_at(Watched, 0.02, 0.05), 0
        for trial in range(1, 3_000):
            failures += random.random() < 0.012
            bound = upper_bound(failures=failures, trials=trial, alpha=0.05)
            assert (bound <= 0.02) == (trial >= watched[failures])


class TestGateWatchedEverySecondOfADay:
    @pytest.mark.parametrize("traffic", [constant, adversary])
    def test_opens_by_luck_no_more_often_than_it_says(self, traffic):
        random, watched = Random(f"days of {traffic.__name__}"), watched_at(Watched, 0.01, 0.01)
        opened = sum(opens(watched, traffic, random) for _ in range(DAYS))
        assert opened <= allowed(DAYS, 0.01)

    def test_opens_by_luck_far_more_often_with_a_bound_of_a_fixed_sample(self):
        random, watched = Random("days of a fixed sample"), watched_at(WatchedFixedSample, 0.01, 0.01)
        opened = sum(opens(watched, constant, random) for _ in range(DAYS))
        assert opened > allowed(DAYS, 0.01)

    def test_opens_on_the_day_where_the_ratio_is_low(self):
        random, watched = Random("good days"), watched_at(Watched, 0.01, 0.01)
        assert all(opens(watched, lambda _trials, _failures: 0.002, random) for _ in range(20))
