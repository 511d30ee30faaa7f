"""Where two values differ."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration_harness.difference import ABSENT, Kind, diff


@dataclass(frozen=True)
class Price:
    credits: int
    unit: str = "credits"


def found(control, candidate):
    return [(d.path, d.kind, d.control, d.candidate) for d in diff(control, candidate)]


class TestDiff:
    @pytest.mark.parametrize(
        ("control", "candidate", "expected"),
        [
            (19, 3, ("result", Kind.VALUE, 19, 3)),
            (19, "19", ("result", Kind.TYPE, 19, "19")),
            ({"a": 1}, {}, ("result.a", Kind.MISSING, 1, ABSENT)),
            ({}, {"a": 1}, ("result.a", Kind.EXTRA, ABSENT, 1)),
            ([1, 2], [2, 1], ("result", Kind.ORDER, [1, 2], [2, 1])),
            ([1], [1, 2], ("result", Kind.LENGTH, [1], [1, 2])),
            ([1, 2], [1, 3], ("result[1]", Kind.VALUE, 2, 3)),
            (Price(19), Price(3), ("result.credits", Kind.VALUE, 19, 3)),
            ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, ("result.a[0].b", Kind.VALUE, 1, 2)),
            (Decimal("1.10"), Decimal("1.2"), ("result", Kind.VALUE, Decimal("1.10"), Decimal("1.2"))),
        ],
        ids=[
            "value",
            "type",
            "missing",
            "extra",
            "order",
            "length",
            "element",
            "dataclass",
            "nested",
            "decimal",
        ],
    )
    def test_names_the_field_and_both_values(self, control, candidate, expected):
        assert found(control, candidate) == [expected]

    def test_names_the_root_as_it_is_told(self):
        assert diff(1, 2, root="credits")[0].path == "credits"

    def test_finds_nothing_between_numbers_that_are_equal(self):
        assert diff(Decimal(5), 5) == ()

    @given(
        st.recursive(
            st.integers() | st.text() | st.none() | st.booleans(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=20,
        )
    )
    def test_finds_nothing_between_a_value_and_itself(self, value):
        assert diff(value, value) == ()
