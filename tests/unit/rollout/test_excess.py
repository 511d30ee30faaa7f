"""How much charges may come to above their forecast before that is no chance any more."""

import random
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration_harness.rollout.guards.excess import ERROR, Loss

LOSSES = st.builds(
    Loss,
    account_id=st.just("1"),
    charges=st.integers(1, 5_000),
    credits=st.decimals(0, 10_000, places=0),
    calls=st.integers(1, 5_000),
    forecast=st.integers(0, 50_000),
    dearest=st.integers(0, 1_000),
)


def loss(charges, credits_, *, calls=1_000, mean=5, dearest=10):
    return Loss(
        account_id="1", charges=charges, credits=Decimal(credits_), calls=calls, forecast=calls * mean, dearest=dearest
    )


class TestLoss:
    @pytest.mark.parametrize("charges", [1, 10, 1_000, 100_000])
    def test_is_none_where_there_is_only_more_work(self, charges):
        assert loss(charges, charges * 5).above == 0

    @pytest.mark.parametrize("charges", [50, 1_000, 100_000])
    def test_is_more_than_chance_where_each_charge_is_three_times_as_dear(self, charges):
        found = loss(charges, charges * 15)
        assert found.above > found.by_chance(among=10)

    @pytest.mark.parametrize("charges", [1, 3, 9])
    def test_is_chance_where_a_few_charges_are_dear(self, charges):
        found = loss(charges, charges * 10)
        assert 0 < found.above < found.by_chance(among=10)

    def test_of_a_forecast_of_nothing_is_whatever_is_charged(self):
        found = loss(1, 1, mean=0, dearest=0)
        assert (found.above, found.by_chance(among=10)) == (1, 0)

    @given(LOSSES, st.integers(1, 10**6), st.integers(1, 1_000))
    def test_may_be_chance_the_sooner_the_more_are_looked_at_and_the_less_is_known(self, found, among, more):
        by_chance = found.by_chance(among=among)
        assert by_chance <= found.by_chance(among=among + more)
        assert by_chance >= replace(found, calls=found.calls + more).by_chance(among=among)
        assert by_chance <= replace(found, dearest=found.dearest + more).by_chance(among=among)

    def test_is_not_taken_for_more_at_any_look_where_charges_are_like_the_calls(self):
        """Looked at after every charge: by twice the forecast alone, many would be rolled back."""
        drawn, by_chance, by_twice = random.Random(7), 0, 0
        for _ in range(300):
            looks = list(_looks(drawn))
            by_chance += any(found.above > found.by_chance(among=300) for found in looks)
            by_twice += any(found.credits > 2 * found.expected for found in looks)
        assert by_chance <= 300 * ERROR
        assert by_twice > 30


def _looks(drawn):
    """Return an account after each of its charges, which are drawn as the calls of its forecast were."""
    calls, credits_ = [_skewed(drawn) for _ in range(20)], 0
    for charges in range(1, 200):
        credits_ += _skewed(drawn)
        yield Loss(
            account_id="1",
            charges=charges,
            credits=Decimal(credits_),
            calls=len(calls),
            forecast=sum(calls),
            dearest=100,
        )


def _skewed(drawn):
    """Return the credits of a call, of which one in ten is dear."""
    return 100 if drawn.random() < 0.1 else drawn.randint(1, 10)
