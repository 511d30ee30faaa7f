"""How a forecast adds up, spreads and ends: whole numbers and Decimals alone."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration_harness.money.forecast.distribution import QUANTILES, histogram, quantiles
from migration_harness.money.forecast.money import Money, Sum
from migration_harness.money.forecast.running_dry import HORIZON_DAYS, runs_dry

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CREDITS = st.integers(min_value=0, max_value=10**9)


def says(before, after):
    (found,) = (each.says for each in histogram([(before, after)]) if each.accounts)
    return found


class TestSum:
    def test_of_both_sides_is_exact(self):
        total = Sum()
        for _ in range(10):
            total.add(
                calls=1,
                before=Money(credits=3, revenue_usd=Decimal("0.1"), cost_usd=Decimal("0.0000001")),
                after=Money(credits=1, revenue_usd=Decimal("0.01"), cost_usd=Decimal("0.2")),
            )
        change = total.change
        assert (change.calls, change.credits, change.before.revenue_usd) == (10, -20, Decimal(1))
        assert change.before.margin_usd == Decimal("0.999999")
        assert change.after.margin_usd == Decimal("-1.9")


class TestHistogram:
    @pytest.mark.parametrize(
        ("before", "after", "expected"),
        [
            (100, 25, "less by 75 % and more"), (100, 26, "less by 50 to 75 %"), (100, 50, "less by 50 to 75 %"),
            (100, 51, "less by 25 to 50 %"), (100, 75, "less by 25 to 50 %"), (100, 89, "less by 10 to 25 %"),
            (100, 91, "less by up to 10 %"), (100, 100, "unchanged"), (0, 0, "unchanged"),
            (100, 110, "more by up to 10 %"), (100, 111, "more by 10 to 25 %"), (100, 150, "more by 25 to 50 %"),
            (100, 200, "more by 50 to 100 %"), (100, 201, "more than doubled"), (0, 1, "more than doubled"),
        ],
    )  # fmt: skip
    def test_has_a_place_for_every_change(self, before, after, expected):
        assert says(before, after) == expected

    @given(st.lists(st.tuples(CREDITS, CREDITS)))
    def test_counts_every_account_once(self, pairs):
        assert sum(each.accounts for each in histogram(pairs)) == len(pairs)

    @given(CREDITS, CREDITS, st.integers(min_value=2, max_value=9))
    def test_does_not_depend_on_how_much_is_used(self, before, after, times):
        assert says(before, after) == says(before * times, after * times)


class TestQuantiles:
    def test_are_values_that_an_account_has(self):
        assert quantiles(list(range(1, 101))) == {0: 1, 5: 5, 25: 25, 50: 50, 75: 75, 95: 95, 100: 100}
        assert quantiles([]) == {}

    @given(st.lists(st.integers(), min_size=1))
    def test_rise_from_the_least_to_the_greatest(self, values):
        found = [quantiles(values)[percent] for percent in QUANTILES]
        assert found == sorted(found)
        assert (found[0], found[-1]) == (min(values), max(values))


class TestRunsDry:
    def test_at_the_rate_of_the_period(self):
        found = runs_dry(balance=100, before=50, after=7, seconds=3_600, now=NOW)
        assert found.before_at == NOW + timedelta(hours=2)
        assert found.after_at == NOW + timedelta(seconds=100 * 3_600 // 7)

    def test_never_without_use_nor_beyond_the_horizon(self):
        month = HORIZON_DAYS * 86_400
        assert runs_dry(balance=0, before=0, after=1, seconds=1, now=NOW).before_at is None
        assert runs_dry(balance=1, before=1, after=1, seconds=month, now=NOW).after_at == NOW + timedelta(seconds=month)
        assert runs_dry(balance=1, before=1, after=1, seconds=month + 1, now=NOW).after_at is None

    def test_at_once_with_an_empty_balance(self):
        assert runs_dry(balance=0, before=1, after=1, seconds=60, now=NOW).after_at == NOW
