"""Where two values differ."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration_harness.comparing.difference import ABSENT, Kind, diff
from migration_harness.comparing.limits import Cut
from migration_harness.comparing.paths import Index, Key
from migration_harness.secret import Secret
from tests.unit.hostile import HOSTILE, RaisesOnEq, RaisesOnRead, Refused, SameHash, cycle, nest, shared


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


class TestEquality:
    @pytest.mark.parametrize(
        ("control", "candidate"),
        [
            (1, True), (1, 1.0), (1, Decimal("1.00")), (Decimal("1.0"), Decimal("1.00")),
            (float("nan"), float("nan")), ([float("nan")], [float("nan")]), (Decimal("sNaN"), Decimal("NaN")),
            ({"a": 1}, OrderedDict(a=1)), ({1}, frozenset({1})), (Secret("k"), Secret("k")),
            (ValueError(1), ValueError(1)), (cycle(), cycle()), (shared(40), shared(40)),
            (datetime(2026, 1, 1, tzinfo=UTC), datetime.fromisoformat("2026-01-01T02:00+02:00")),
        ],
    )  # fmt: skip
    def test_holds(self, control, candidate):
        assert diff(control, candidate) == ()
        assert diff([control, 1], [candidate, 2])[0].path == "result[1]"

    @pytest.mark.parametrize(
        ("control", "candidate", "path", "kind"),
        [
            ([1], (1,), "result", "type"),
            (None, 0, "result", "type"),
            (date(2026, 1, 1), datetime(2026, 1, 1), "result", "type"),  # noqa: DTZ001
            (ValueError(1), KeyError(1), "result", "type"),
            (ValueError(1), ValueError(2), "result", "value"),
            ({"a": 1}, OrderedDict(a=2), "result.a", "value"),
            (OrderedDict(a=1, b=2), OrderedDict(b=2, a=1), "result", "order"),
            ({1, 2}, {2}, "result[*]", "missing"),
            ({2}, frozenset({1, 2}), "result[*]", "extra"),
            (Secret("k"), Secret("l"), "result", "value"),
            (float("nan"), 1.0, "result", "value"),
            ([{"a": 1}, {"a": 2}], [{"a": 2}, {"a": 1}], "result", "order"),
            (shared(60, 1), shared(60, 2), "result", "value"),
        ],
    )
    def test_does_not_hold(self, control, candidate, path, kind):
        assert (path, kind) in [(d.path, d.kind) for d in diff(control, candidate)]

    def test_tells_keys_apart_that_look_alike(self):
        (found,) = diff({"a.b": {"c": [1]}}, {"a.b": {"c": [2]}})
        assert found.steps == (Key("a.b"), Key("c"), Index(0))
        assert (found.path, found.field) == ("result.a.b.c[0]", "result.a.b.c[*]")

    def test_shows_no_message_of_an_exception(self):
        (found,) = diff([ValueError("key sk-1")], [ValueError("key sk-2")])
        assert (found.path, found.note) == ("result[0]", "other arguments")


class TestLimits:
    @pytest.mark.parametrize(
        ("control", "candidate", "of", "size"),
        [
            (nest(5_000, 1), nest(5_000, 2), "list", 1),
            ([0] * 1_000_000, [0] * 999_999 + [1], "list", 1_000_000),
            (dict.fromkeys(range(50_000), 0), dict.fromkeys(range(50_000), 0) | {49_999: 1}, "dict", 50_000),
            (set(range(50_000)), set(range(50_000)) | {-1}, "set", 50_000),
            ("a" * 1_000_000, "a" * 999_999 + "b", "str", 1_000_000),
            ([[0] * 99 for _ in range(9_000)], [[0] * 99 for _ in range(8_999)] + [[1] * 99], "list", 9_000),
            ([[n] for n in range(500)], [[-1 - n] for n in range(500)], "list", 500),
        ],
        ids=["depth", "items", "keys", "members", "text", "values", "differences"],
    )
    def test_are_told_with_what_was_cut_and_how_long_it_was(self, control, candidate, of, size):
        found = diff(control, candidate)
        assert 0 < len(found) <= 101
        (marker,) = [d.control for d in found if isinstance(d.control, Cut)]
        assert (marker.of, marker.size) == (of, size)


class TestHostileObject:
    @pytest.mark.parametrize("make", HOSTILE)
    def test_never_makes_it_raise(self, make):
        for control, candidate in [(make(), make()), ({"a": make()}, {"a": 1}), ([make(), make()], [make(), 1])]:
            diff(control, candidate)
        assert diff(value := make(), value) == ()

    @pytest.mark.parametrize("make", [RaisesOnEq, RaisesOnRead])
    def test_is_a_difference_beside_the_others(self, make):
        found = diff({"a": make(), "b": 1}, {"a": make(), "b": 2})
        assert [(d.path, d.kind, d.note) for d in found] == [
            ("result.a", "value", "could not be compared: Refused"),
            ("result.b", "value", ""),
        ]

    def test_lets_through_what_concerns_the_whole_process(self):
        with pytest.raises(Refused):
            diff([RaisesOnEq()], [RaisesOnEq()], passing=(Refused,))

    def test_of_one_hash_is_not_compared_with_each_other_one(self):
        assert len(diff([SameHash() for _ in range(5_000)], [SameHash() for _ in range(5_000)])) == 101
