"""A percentile of a histogram is where the calls are, and grows with them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration_harness.rollout.guards.percentile import percentile_ns

BOUNDS = (1_000, 2_000, 5_000, 10_000)
COUNTS = st.lists(st.integers(0, 1_000), min_size=len(BOUNDS) + 1, max_size=len(BOUNDS) + 1)


class TestPercentile:
    @pytest.mark.parametrize(
        ("counts", "percent", "expected"),
        [
            ((0, 0, 0, 0, 0), 95, None),
            ((100, 0, 0, 0, 0), 95, 950),
            ((0, 100, 0, 0, 0), 50, 1_500),
            ((94, 0, 6, 0, 0), 95, 2_500),
            ((95, 0, 5, 0, 0), 95, 1_000),
            ((0, 0, 0, 0, 3), 95, 10_000),
            ((1, 0, 0, 0, 0), 1, 1_000),
        ],
    )
    def test_is(self, counts, percent, expected):
        assert percentile_ns(counts=counts, bounds_ns=BOUNDS, percent=percent) == expected

    @given(COUNTS.filter(any), st.integers(1, 99))
    def test_is_no_smaller_for_more_of_the_calls(self, counts, percent):
        one, more = (percentile_ns(counts=counts, bounds_ns=BOUNDS, percent=each) for each in (percent, percent + 1))
        assert one <= more

    @given(COUNTS.filter(any), st.integers(1, 100))
    def test_is_in_the_bucket_of_that_call(self, counts, percent):
        found = percentile_ns(counts=counts, bounds_ns=BOUNDS, percent=percent)
        not_above = sum(count for count, bound in zip(counts, BOUNDS, strict=False) if bound <= found)
        in_it = next(
            (count for count, bound in zip(counts, [*BOUNDS, None], strict=True) if not bound or bound > found), 0
        )
        assert not_above + in_it >= -(-sum(counts) * percent // 100)
