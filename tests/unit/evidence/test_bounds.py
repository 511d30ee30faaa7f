"""The bound of a ratio that may be looked at after every comparison."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migration_harness.evidence.bounds import MAX_TRIALS, A, trials_needed, upper_bound

ALPHA = 0.01


def bound(failures, trials, alpha=ALPHA):
    return upper_bound(failures=failures, trials=trials, alpha=alpha)


def fortune(ratio, failures, trials, *, steps=200_000):
    """The mixture as it is written in the module, integrated numerically: over v = q / ratio, with u = v^A."""
    total = 0.0
    for step in range(steps):
        v = ((step + 0.5) / steps) ** (1 / A)
        if v > 0:
            odds = failures * math.log(v) + (trials - failures) * (math.log1p(-ratio * v) - math.log1p(-ratio))
            total += math.exp(odds)
    return total / steps


@st.composite
def counts(draw, most=10**9):
    trials = draw(st.integers(1, most))
    return draw(st.integers(0, trials)), trials


class TestUpperBound:
    @pytest.mark.parametrize("trials", [0, 1, 7, 10**9])
    def test_is_one_without_a_success(self, trials):
        assert bound(trials, trials) == 1.0

    @pytest.mark.parametrize(
        ("failures", "trials", "expected"),
        [(0, 509, 1.0), (1, 878, 1.0), (3, 1_347, 1.0), (10, 2_596, 1.0), (0, 10**9, 0.0), (10**6, 10**9, 0.1005)],
    )
    def test_in_percent_is(self, failures, trials, expected):
        assert 100 * bound(failures, trials) == pytest.approx(expected, abs=0.003)

    @pytest.mark.parametrize(("failures", "trials"), [(0, 1), (0, 60), (1, 30), (5, 700), (40, 100), (300, 2_000)])
    def test_is_where_the_mixture_reaches_one_over_alpha(self, failures, trials):
        found = bound(failures, trials)
        assert fortune(found, failures, trials) >= 1 / ALPHA * 0.9999
        # What is taken off for the tail makes it a little higher than it had to be, never lower.
        assert fortune(found * 0.998, failures, trials) < 1 / ALPHA

    @pytest.mark.parametrize("call", [(-1, 5), (6, 5), (0, MAX_TRIALS + 1)])
    def test_refuses_counts_that_cannot_be(self, call):
        with pytest.raises(ValueError, match="trials"):
            bound(*call)

    @pytest.mark.parametrize("alpha", [0, 1, -0.1, math.nan])
    def test_refuses_an_alpha_that_cannot_be(self, alpha):
        with pytest.raises(ValueError, match="alpha"):
            bound(0, 5, alpha)


class TestLaws:
    @given(counts())
    def test_is_above_what_was_seen_and_at_most_one(self, seen):
        failures, trials = seen
        assert failures / trials < bound(*seen) <= 1 or failures == trials

    @given(counts())
    def test_falls_with_a_success_and_rises_with_a_failure(self, seen):
        failures, trials = seen
        # Two roundings apart, at most, where so many were seen that one more changes no digit.
        assert bound(failures, trials + 1) <= bound(*seen) * (1 + 1e-7)
        assert bound(failures + 1, trials + 1) * (1 + 1e-7) >= bound(*seen)

    @given(counts())
    def test_rises_with_the_failures_among_as_many(self, seen):
        failures, trials = seen
        assert bound(min(failures + 1, trials), trials) * (1 + 1e-7) >= bound(*seen)

    @given(counts(), st.floats(1e-6, 0.5), st.floats(1e-6, 0.5))
    def test_rises_with_the_certainty_asked_for(self, seen, one, other):
        surer, less_sure = sorted((one, other))
        assert bound(*seen, surer) >= bound(*seen, less_sure)

    @settings(max_examples=50)
    @given(st.integers(0, 300), st.floats(0.002, 0.9))
    def test_reaches_a_ratio_with_as_many_trials_as_it_needs_and_not_with_one_less(self, failures, ratio):
        needed = trials_needed(failures=failures, ratio=ratio, alpha=ALPHA)
        assert bound(failures, needed) <= ratio < bound(failures, needed - 1)


class TestTrialsNeeded:
    @pytest.mark.parametrize(("failures", "expected"), [(0, 509), (1, 878), (3, 1_347), (10, 2_596)])
    def test_for_one_percent_are(self, failures, expected):
        assert trials_needed(failures=failures, ratio=0.01, alpha=ALPHA) == expected

    @pytest.mark.parametrize("ratio", [0.0, 1.0])
    def test_refuses_a_ratio_that_no_number_of_trials_reaches(self, ratio):
        with pytest.raises(ValueError, match="ratio"):
            trials_needed(failures=0, ratio=ratio, alpha=ALPHA)
