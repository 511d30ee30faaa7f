"""How large a step a budget allows: the laws that hold for every budget, and the numbers of the formula."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration_harness.rollout.loss_budget.arithmetic import Joining, largest_share

CREDITS = st.decimals(0, 10_000, places=4, allow_nan=False)
JOINING = st.builds(Joining, at_bps=st.integers(0, 10_000), credits_per_second=CREDITS, charge=CREDITS)
ACCOUNTS = st.lists(JOINING, max_size=20)
BOUNDS = st.decimals("0.000001", 1, places=6)
BUDGETS = st.decimals(0, 1_000_000, places=2)
WANTED = st.integers(1, 10_000)
COMPARED = st.integers(1, 10_000)


def accounts(*at_bps, rate=10, charge=20):
    return [Joining(at_bps=each, credits_per_second=Decimal(rate), charge=Decimal(charge)) for each in at_bps]


def allowed(budget, **changes):
    asked = {"wanted_bps": 10_000, "bound": Decimal("0.01"), "accounts": accounts(100, 500, 2_500)}
    return largest_share(budget=Decimal(budget), **(asked | changes))


class TestLaws:
    @given(BUDGETS, BUDGETS, WANTED, BOUNDS, ACCOUNTS, COMPARED)
    def test_a_larger_budget_never_gives_a_smaller_share(self, one, other, wanted, bound, found, compared):
        shares = [
            largest_share(budget=each, wanted_bps=wanted, bound=bound, accounts=found, compared_bps=compared).share_bps
            for each in sorted((one, other))
        ]
        assert shares == sorted(shares)

    @given(BUDGETS, BUDGETS, WANTED, BOUNDS, ACCOUNTS, COMPARED)
    def test_no_step_is_expected_to_cost_more_than_is_left(self, budget, spent, wanted, bound, found, compared):
        answer = largest_share(
            budget=budget, wanted_bps=wanted, bound=bound, accounts=found, compared_bps=compared, spent=spent
        )
        assert answer.expected_loss <= max(0, budget - spent)
        assert 0 <= answer.share_bps <= wanted
        assert answer.expected_loss <= answer.worst_loss
        assert answer.sentence.endswith(".")

    @given(WANTED, BOUNDS, ACCOUNTS, COMPARED)
    def test_a_budget_of_nothing_gives_no_step(self, wanted, bound, found, compared):
        answer = largest_share(budget=Decimal(0), wanted_bps=wanted, bound=bound, accounts=found, compared_bps=compared)
        assert (answer.share_bps, answer.expected_loss) == (0, 0)

    @given(BUDGETS, WANTED, ACCOUNTS, COMPARED)
    def test_no_data_gives_no_step(self, budget, wanted, found, compared):
        answer = largest_share(budget=budget, wanted_bps=wanted, bound=None, accounts=found, compared_bps=compared)
        assert (answer.share_bps, answer.expected_loss) == (0, 0)

    @given(BUDGETS, WANTED, BOUNDS, BOUNDS, ACCOUNTS, COMPARED)
    def test_a_higher_bound_never_gives_a_larger_share(self, budget, wanted, one, other, found, compared):
        shares = [
            largest_share(budget=budget, wanted_bps=wanted, bound=each, accounts=found, compared_bps=compared).share_bps
            for each in sorted((one, other), reverse=True)
        ]
        assert shares == sorted(shares)

    @given(BUDGETS, WANTED, BOUNDS, ACCOUNTS, COMPARED, COMPARED)
    def test_comparing_less_never_gives_a_larger_share(self, budget, wanted, bound, found, one, other):
        shares = [
            largest_share(budget=budget, wanted_bps=wanted, bound=bound, accounts=found, compared_bps=each).share_bps
            for each in sorted((one, other))
        ]
        assert shares == sorted(shares)

    @given(BUDGETS, WANTED, BOUNDS, ACCOUNTS, COMPARED)
    def test_what_is_expected_is_bound_times_rate_times_time(self, budget, wanted, bound, found, compared):
        answer = largest_share(budget=budget, wanted_bps=wanted, bound=bound, accounts=found, compared_bps=compared)
        if answer.credits_per_second:
            product = bound * answer.credits_per_second * answer.notice_seconds
            assert abs(product - answer.expected_loss) <= Decimal("1e-12") * (1 + product)


class TestFormula:
    """Three accounts, 10 credits a second each; one call of a hundred may be wrong: 0.2 credits for each of them."""

    @pytest.mark.parametrize(
        ("budget", "share", "loss"),
        [
            ("0.19", 99, "0"),
            ("0.2", 499, "0.2"),
            ("0.39", 499, "0.2"),
            ("0.4", 2_499, "0.4"),
            ("0.6", 10_000, "0.6"),
            ("1000", 10_000, "0.6"),
        ],
    )
    def test_takes_accounts_in_the_order_of_the_share(self, budget, share, loss):
        answer = allowed(budget)
        assert (answer.share_bps, answer.expected_loss) == (share, Decimal(loss))

    def test_never_takes_more_than_is_wanted(self):
        answer = allowed(1_000, wanted_bps=500)
        assert (answer.share_bps, answer.expected_loss) == (500, Decimal("0.4"))

    def test_takes_what_is_spent_off(self):
        assert allowed(10, spent=Decimal("9.6")).share_bps == 2_499
        assert allowed(10, spent=Decimal(10)).share_bps == 0
        assert allowed(10, spent=Decimal(11)).share_bps == 0

    def test_counts_accounts_that_are_in_by_name(self):
        assert allowed("0.3", accounts=accounts(0, 500)).share_bps == 499
        assert allowed("0.1", accounts=accounts(0, 500)).share_bps == 0

    def test_adds_the_calls_that_go_by_uncompared(self):
        """A quarter is compared: three wrong calls of 20 credits go by before one is seen."""
        answer = allowed(61, compared_bps=2_500)
        assert answer.expected_loss == Decimal("60.6")
        assert answer.notice_seconds == Decimal(202)
        assert allowed(60, compared_bps=2_500).share_bps == 99

    def test_says_what_a_fault_of_every_call_costs(self):
        assert allowed(1_000).worst_loss == 60


class TestSentence:
    @pytest.mark.parametrize(
        ("answer", "says"),
        [
            (
                allowed(1_000),
                "100 % is within the loss budget: at most 1.00 % of the calls are wrong, its accounts are charged "
                "108,000 credits an hour and a fault is noticed in 2 s, which costs up to 0.6 of the 1,000 credits "
                "that are left.",
            ),
            (
                allowed("0.4"),
                "24.99 % instead of 100 %: at most 1.00 % of the calls are wrong, its accounts are charged 72,000 "
                "credits an hour and a fault is noticed in 2 s, which costs up to 0.4 of the 0.4 credits that are "
                "left; one account more would cost up to 0.6 credits.",
            ),
            (
                allowed("0.1"),
                "0.99 % instead of 100 %: no account in it was charged in the last days; one account more would cost "
                "up to 0.2 credits.",
            ),
            (
                allowed("0.1", accounts=accounts(0)),
                "No step: the first accounts would cost up to 0.2 credits before a fault is noticed, and 0.1 are left "
                "of the loss budget.",
            ),
            (
                allowed(50, bound=None),
                "No step: Nothing that counts was compared in this window, so nobody knows how often a call is wrong.",
            ),
            (allowed(50, compared_bps=0), "No step: No call is compared, so a fault would never be noticed."),
            (
                allowed(50, spent=Decimal(50)),
                "No step: Nothing is left of the loss budget: 50 of 50 credits are spent.",
            ),
            (
                allowed(50, accounts=[]),
                "No step: No charge of the last days is known, so nobody knows what a step may cost.",
            ),
        ],
    )
    def test_says_why(self, answer, says):
        assert answer.sentence == says
