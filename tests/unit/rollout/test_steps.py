"""The steps of a rollout."""

import pytest

from migration_harness.exceptions import InvalidChange
from migration_harness.rollout.steps import PlannedStep, share_of, shares_of, steps_of


def steps(*shares, soak_seconds=60, sample=200, approve_before_bps=()):
    return steps_of(shares_bps=shares, soak_seconds=soak_seconds, sample=sample, approve_before_bps=approve_before_bps)


class TestSteps:
    def test_are_what_was_said(self):
        assert steps(100, 10_000, approve_before_bps=[10_000]) == (
            PlannedStep(share_bps=100, soak_seconds=60, sample=200),
            PlannedStep(share_bps=10_000, soak_seconds=60, sample=200, by_two=True),
        )

    @pytest.mark.parametrize(
        ("wrong", "options", "said"),
        [
            ((), {}, "needs a step"),
            ((0,), {}, "above 0"),
            ((10_001,), {}, "up to 100 %"),
            ((500, 100), {}, "larger than the one before: 5 %, 1 % is not"),
            ((100, 100), {}, "larger than the one before"),
            ((100,), {"soak_seconds": 0}, "needs a soak"),
            ((100,), {"soak_seconds": -1}, "needs a soak"),
            ((100,), {"soak_seconds": 10**9}, "more than a year"),
            ((100,), {"sample": -1}, "not -1"),
            ((100,), {"sample": 10**10}, "up to 1,000,000,000"),
            ((100,), {"approve_before_bps": [500]}, "5 % is none of the steps 1 %"),
        ],
    )
    def test_that_lead_nowhere_are_refused(self, wrong, options, said):
        with pytest.raises(InvalidChange, match=said):
            steps(*wrong, **options)


class TestShares:
    def test_are_read_as_people_write_them(self):
        assert shares_of("1,5, 25 ,50,100%") == (100, 500, 2_500, 5_000, 10_000)

    @pytest.mark.parametrize(("text", "share"), [("0.01", 1), ("33.33", 3_333), ("100", 10_000)])
    def test_have_up_to_two_decimals(self, text, share):
        assert share_of(text) == share

    @pytest.mark.parametrize("text", ["", "x", "1;5", "0.001", "nan", "inf", "1e400", "1,,5"])
    def test_that_are_none_are_refused(self, text):
        with pytest.raises(InvalidChange, match="is no share"):
            shares_of(text)
