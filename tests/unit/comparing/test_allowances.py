"""What a seam does not count as a difference."""

from datetime import date
from decimal import Decimal

import pytest

from migration_harness.comparing.allowances import Ignore, allowances_of
from migration_harness.comparing.comparator import Criteria, Verdict, judge, signature_of
from migration_harness.comparing.difference import diff
from migration_harness.comparing.observation import Observation
from migration_harness.comparing.tolerance import Relative
from migration_harness.exceptions import HarnessMisconfigured

TODAY = date(2026, 1, 10)
YESTERDAY = date(2026, 1, 9)


def allow(*, money=False, unordered=(), tolerance=None, ignore=()):
    return allowances_of(
        seam="s", root="result", money=money, unordered=unordered, tolerance=tolerance or {}, ignore=ignore
    )


def rule(path, *, expires=TODAY):
    return Ignore(path=path, reason="generated", owner="ada", expires=expires)


def found(control, candidate, allowances):
    return [(d.path, d.kind) for d in diff(control, candidate, allowances=allowances)]


def judged(control, candidate, *, ignore=()):
    sides = Observation(control, None, 1), Observation(candidate, None, 1)
    return judge(*sides, criteria=Criteria(allowances=allow(ignore=ignore)), call={}, today=TODAY)


class TestTolerance:
    @pytest.mark.parametrize(
        ("tolerance", "control", "candidate", "same"),
        [
            (Decimal("0.01"), Decimal("1.00"), Decimal("1.01"), True),
            (Decimal("0.01"), Decimal("1.00"), Decimal("1.011"), False),
            (Decimal("0.01"), 1, 1.005, True),
            (Decimal(0), Decimal(1), Decimal("1.000000000000000000000000000000000001"), False),
            (Relative(Decimal("0.1")), 100, 90, True),
            (Relative(Decimal("0.1")), 100, 89, False),
            (Relative(Decimal("0.1")), -100, -90, True),
            (Decimal(5), 1, "1", False),
            (Decimal(5), True, 2, False),
            (Decimal(5), float("inf"), 1, False),
            (Decimal(5), float("nan"), 1, False),
            (Decimal(5), 10**900, 10**900 + 1, False),
        ],
    )
    def test_holds_for_numbers_that_are_no_further_apart(self, tolerance, control, candidate, same):
        allowances = allow(tolerance={"result.usd": tolerance})
        assert (found({"usd": control}, {"usd": candidate}, allowances) == []) is same

    def test_holds_at_its_path_alone(self):
        allowances = allow(tolerance={"result.items[*].usd": Decimal(1)})
        control, candidate = {"items": [{"usd": 1, "n": 1}], "usd": 1}, {"items": [{"usd": 2, "n": 2}], "usd": 2}
        assert found(control, candidate, allowances) == [("result.items[0].n", "value"), ("result.usd", "value")]

    @pytest.mark.parametrize("tolerance", [0.01, 1, Decimal("NaN"), Decimal(-1), Relative(0.1)])
    def test_is_refused_where_it_is_no_decimal_of_a_size(self, tolerance):
        with pytest.raises(HarnessMisconfigured, match="Decimal"):
            allow(tolerance={"result": tolerance})


class TestUnordered:
    ALLOWED = allow(unordered=["result.items"])

    def found(self, control, candidate, allowances=None):
        return found({"items": control}, {"items": candidate}, allowances or self.ALLOWED)

    def test_takes_elements_in_any_order(self):
        assert self.found([{"a": 1}, {"a": 2}, 3, 3], [3, {"a": 2}, 3, {"a": 1}]) == []

    def test_counts_elements(self):
        assert self.found([1, 1, 2], [1, 2, 2]) == [("result.items[1]", "missing"), ("result.items[2]", "extra")]

    def test_does_not_reach_what_is_inside(self):
        assert self.found([[1, 2]], [[2, 1]]) == [("result.items[0]", "missing"), ("result.items[0]", "extra")]

    def test_matches_numbers_that_may_be_apart(self):
        allowances = allow(unordered=["result.items"], tolerance={"result.items[*].usd": Decimal("0.1")})
        control = [{"n": 1, "usd": Decimal(1)}, {"n": 1, "usd": Decimal(5)}]
        candidate = [{"n": 1, "usd": Decimal("5.05")}, {"n": 1, "usd": Decimal("1.05")}]
        assert self.found(control, candidate, allowances) == []
        assert self.found(control, [candidate[0], {"n": 1, "usd": Decimal(2)}], allowances) == [
            ("result.items[0].usd", "value")
        ]

    def test_matches_elements_without_what_is_ignored(self):
        allowances = allow(unordered=["result.items"], ignore=[rule("result.items[*].id")])
        control = [{"id": number, "name": number} for number in range(2_000)]
        candidate = [{"id": -number, "name": number} for number in reversed(range(2_000))]
        assert self.found(control, candidate, allowances) == []

    def test_looks_at_a_bounded_number_of_values(self):
        """Each element is asked for its hash once, and for ``==`` a few times: not by every other element."""
        asked = []

        class Counted:
            def __init__(self, number):
                self.number = number

            def __eq__(self, other):
                asked.append(self)
                return self.number == other.number

            def __hash__(self):
                return 1

        control = [Counted(number) for number in range(1_000)]
        self.found(control, [Counted(number) for number in range(1_000)][::-1])
        assert len(asked) <= 3_000

    def test_says_what_is_too_long_to_be_matched(self):
        (found,) = diff({"items": [1] * 20_000}, {"items": [2] * 20_000}, allowances=self.ALLOWED)
        assert (found.path, found.kind, found.control.size) == ("result.items", "value", 20_000)


class TestIgnoreRule:
    @pytest.mark.parametrize(
        ("path", "control", "candidate"),
        [
            ("result.id", {"id": 1}, {"id": 2}),
            ("result.id", {"id": 1}, {}),
            ("result.id", {"id": {"a": [1]}}, {"id": {"a": [2]}}),
            ("result.items[*].id", {"items": [{"id": 1}, {"id": 2}]}, {"items": [{"id": 3}, {"id": 4}]}),
            ("result[1]", [1, 2], [1, 3]),
            ("result.*.id", {"a": {"id": 1}}, {"a": {"id": 2}}),
            ('result["gpt-5.1"]', {"gpt-5.1": 1}, {"gpt-5.1": 2}),
            ("result.7", {7: 1}, {7: 2}),
            ("result[*]", {1, 2}, {1, 3}),
            ("result", 1, 2),
        ],
    )
    def test_leaves_out_its_path_and_what_is_below(self, path, control, candidate):
        judgement = judged(control, candidate, ignore=[rule(path)])
        assert judgement.verdict is Verdict.MATCH
        assert judged(control, candidate).verdict is Verdict.MISMATCH

    def test_leaves_what_it_ignores_out_of_the_signature(self):
        signatures = {
            signature_of(seam="s", judgement=judged({"id": 1, "n": 1}, candidate, ignore=[rule("result.id")]), group=())
            for candidate in ({"id": 1, "n": 2}, {"id": 2, "n": 2}, {"n": 2})
        }
        assert len(signatures) == 1

    def test_ignores_nothing_after_it_expired_and_says_so(self):
        judgement = judged({"id": 1}, {"id": 2}, ignore=[rule("result.id", expires=YESTERDAY)])
        assert [d.path for d in judgement.differences] == ["result.id"]
        assert judgement.notes == ("The ignore rule for result.id expired on 2026-01-09.",)

    def test_says_nothing_of_a_difference_that_it_never_covered(self):
        assert judged({"n": 1}, {"n": 2}, ignore=[rule("result.id", expires=YESTERDAY)]).notes == ()


class TestPath:
    @pytest.mark.parametrize(
        "path",
        ["", "credits.id", "result.", "result..id", "result[x]", "result.a b", "result[*", 'result["a', "results"],
    )
    def test_is_refused_where_it_cannot_be_read(self, path):
        with pytest.raises(HarnessMisconfigured, match=r"result"):
            allow(unordered=[path])

    def test_is_not_taken_letter_by_letter(self):
        with pytest.raises(HarnessMisconfigured, match="in brackets"):
            allow(unordered="result.items")


class TestMoney:
    @pytest.mark.parametrize("leniency", [{"tolerance": {"result": Decimal(1)}}, {"ignore": [rule("result")]}])
    def test_is_right_or_wrong(self, leniency):
        with pytest.raises(HarnessMisconfigured, match="The money seam s has a tolerance or an ignore rule"):
            allow(money=True, **leniency)
