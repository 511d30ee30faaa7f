"""A zero with a minus, told from zero where somebody asks for it."""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from migration_harness.comparing.comparator import MATCHED, Judgement, Verdict
from migration_harness.comparing.zeros import strictly


@dataclass
class Line:
    """Of an invoice."""

    amount: Decimal


MINUS = Decimal("-0.00")


class TestStrictly:
    @pytest.mark.parametrize(
        ("control", "candidate", "paths"),
        [
            (Decimal("0.00"), MINUS, ["usd"]),
            (-0.0, 0.0, ["usd"]),
            ([1, Decimal(0)], [1, MINUS], ["usd[1]"]),
            ({"a": Line(Decimal(0))}, {"a": Line(MINUS)}, ["usd.a.amount"]),
            (MINUS, MINUS, []),
            (Decimal("1.0"), Decimal("1.00"), []),
            (0, Decimal(0), []),
        ],
        ids=["decimal", "float", "in a list", "in a field", "on both sides", "other digits", "another class"],
    )
    def test_names_where_one_side_has_a_minus(self, control, candidate, paths):
        found = strictly(MATCHED, control, candidate, root="usd")
        assert [each.path for each in found.differences] == paths
        assert found.verdict is (Verdict.MISMATCH if paths else Verdict.MATCH)

    def test_leaves_any_other_judgement_as_it_is(self):
        intended = Judgement(verdict=Verdict.INTENDED)
        assert strictly(intended, Decimal(0), MINUS, root="usd") is intended
