"""What enters a sum."""

from decimal import Context, Decimal, getcontext, localcontext
from enum import Enum, IntEnum
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration_harness.comparing.measures import Unmeasurable, measure_of, measured
from tests.unit.hostile import HOSTILE, refuse


class Level(IntEnum):
    HIGH = 3


class Label(Enum):
    HIGH = 3


class Amount(int):
    __add__ = __lt__ = __gt__ = __eq__ = __index__ = refuse
    __hash__ = int.__hash__


class Money(Decimal):
    def __str__(self):
        return "5 dollars"

    as_tuple = adjusted = is_nan = refuse


class Integer:
    """An integer of another library."""

    def __init__(self, number):
        self.number = number

    def __index__(self):
        return self.number

    __int__ = __index__

    def __float__(self):
        return float(self.number)


class Real:
    def __float__(self):
        return 1.5


class Elements(Integer):
    """An array of one element says that it is an index."""

    def __len__(self):
        return 1


MEASURES = [
    (0, 0), (-19, -19), (10**18 - 1, 10**18 - 1), (Level.HIGH, 3), (Amount(7), 7), (Integer(7), 7),
    (Decimal("1.50"), Decimal("1.5")), (Decimal("-0"), 0), (Decimal("0E-500"), 0), (Decimal("1E+17"), 10**17),
    (Decimal("0.000000000001"), Decimal("1E-12")), (Decimal("0.5000000000000000000"), Decimal("0.5")),
    (Decimal("999999999999999999.999999999999"), Decimal("999999999999999999.999999999999")), (Money("5"), 5),
]  # fmt: skip
NONE = [
    (True, "not a number"), (None, "not a number"), ("5", "not a number"), (Label.HIGH, "not a number"),
    ([5], "not a number"), (Elements(5), "not exact"), (1.5, "not exact"), (2.0, "not exact"),
    (float("nan"), "not exact"), (complex(1), "not exact"), (Fraction(1, 2), "not exact"), (Real(), "not exact"),
    (Decimal("NaN"), "not finite"), (Decimal("-NaN"), "not finite"), (Decimal("sNaN"), "not finite"),
    (Decimal("NaN123"), "not finite"), (Decimal("Infinity"), "not finite"), (Decimal("-Infinity"), "not finite"),
    (10**18, "too large"), (-(10**18), "too large"), (10**3_000, "too large"), (Integer(10**18), "too large"),
    (Decimal("1E+18"), "too large"), (Decimal("1E+999999"), "too large"), (Decimal("1E-13"), "too fine"),
    (Decimal("0.1234567890123"), "too fine"), (Decimal(1) / 3, "too fine"), (Decimal("1E-999999"), "too fine"),
    (Integer("x"), "not read"),
]  # fmt: skip


class TestMeasure:
    @pytest.mark.parametrize(("value", "expected"), MEASURES, ids=[repr(value)[:40] for value, _ in MEASURES])
    def test_is_the_number_itself(self, value, expected):
        found = measure_of(value)
        assert found == expected
        assert type(found) in (int, Decimal)

    @pytest.mark.parametrize(("value", "reason"), NONE, ids=[repr(value)[:40] for value, _ in NONE])
    def test_is_none_of_anything_else_and_the_reason_is_told(self, value, reason):
        assert measure_of(value) is None
        assert measured(value) is Unmeasurable(reason)

    @pytest.mark.parametrize("make", HOSTILE)
    def test_never_raises(self, make):
        assert measure_of(make()) in (None, 7)

    def test_does_not_depend_on_the_context_of_the_caller(self):
        with localcontext(Context(prec=3, traps=list(getcontext().traps))):
            assert measure_of(Decimal("123456.789")) == Decimal("123456.789")

    @given(st.decimals() | st.integers() | st.floats())
    def test_is_exactly_what_a_column_of_30_digits_holds(self, value):
        found = measure_of(value)
        if found is not None:
            assert found == value
            assert abs(found) < 10**18
            assert -Decimal(found).normalize(Context(prec=60)).as_tuple().exponent <= 12
