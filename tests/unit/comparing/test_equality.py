"""What ``==`` says that is not so, and what it denies that is."""

from array import array
from collections import Counter, OrderedDict, deque
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from fractions import Fraction
from unittest.mock import ANY

import pytest

from migration_harness.comparing.comparator import Criteria, Verdict, judge
from migration_harness.comparing.difference import diff
from migration_harness.comparing.observation import Observation
from migration_harness.comparing.sure import surely_equal
from tests.unit.comparing.objects import (
    Array,
    EqualsAnything,
    Expression,
    Folded,
    Frame,
    NeverEqual,
    OwnWord,
    Pair,
    Plain,
    Row,
    Slot,
    Slotted,
    space,
)

NAN = float("nan")


class Kind(StrEnum):
    TEXT = "text"


class Number(IntEnum):
    ONE = 1


class Colour(Enum):
    RED = 1


class Shade(Enum):
    RED = 1


class Text(str):
    __slots__ = ()


class Empty:
    pass


EQUAL = {
    "truth and number": (1, True),
    "zero below zero": (0.0, -0.0),
    "an exact number": (Decimal("1.0"), Decimal("1.00")),
    "fraction and number": (Fraction(1, 2), 0.5),
    "enum and text": (Kind.TEXT, "text"),
    "enum and number": (Number.ONE, 1),
    "a class of texts": (Text("a"), "a"),
    "bytes of two classes": (b"a", bytearray(b"a")),
    "a view of bytes": (memoryview(b"a"), memoryview(b"a")),
    "no number": (NAN, float("nan")),
    "no number, exactly": (Decimal("NaN"), Decimal("NaN")),
    "no number in a complex one": (complex(NAN, 1), complex(float("nan"), 1)),
    "no number as a key": ({NAN: 1}, {float("nan"): 1}),
    "no number in a set": ({NAN}, {float("nan")}),
    "objects by field": (Plain(a=[1], b="x"), Plain(a=[1], b="x")),
    "objects by slot": (Slotted([1]), Slotted([1])),
    "objects without a field": (Empty(), Empty()),
    "namespaces": (space(a=1), space(a=1)),
    "a class that decides": (Folded("A", 1), Folded("a", 2)),
    "one that asks the other": (OwnWord("a", 1), OwnWord("a", 2)),
    "a set of objects": ({Plain(a=1), 5}, {5, Plain(a=1)}),
    "rows by what is loaded": (Row(id=1, credits=3, at=None), Row(id=1, credits=3)),
    "rows that are not saved": (Row(id=None, credits=3), Row(id=None, credits=3)),
    "counts of nothing": (Counter(a=0), Counter()),
    "views of values": ({"a": 1}.values(), {"b": 1}.values()),
    "views of items": ({"a": [1]}.items(), {"a": [1]}.items()),
    "arrays": (Array(1, 2), Array(1, 2)),
    "arrays of one element": (Array(1), Array(1)),
    "arrays of none": (Array(), Array()),
    "arrays with no number": (Array(1, NAN), Array(1, float("nan"))),
    "large arrays with no number": (Array(*range(20_000), NAN), Array(*range(20_000), float("nan"))),
    "frames": (Frame(a=[1]), Frame(a=[1])),
    "arrays of the language": (array("i", [1, 2]), array("d", [1, 2])),
    "deques": (deque([1, 2]), deque([1, 2], maxlen=2)),
    "ranges": (range(0), range(1, 1)),
}
DIFFERENT = {
    "what equals anything": (EqualsAnything(1), EqualsAnything(2), "result"),
    "anything and a number": (5, EqualsAnything(), "result"),
    "a stand-in of tests": (ANY, 5, "result"),
    "an expression": (Expression(), 5, "result"),
    "enums of two classes": (Colour.RED, Shade.RED, "result"),
    "objects": (Plain(a=[1]), Plain(a=[2]), "result.a[0]"),
    "objects of another field": (Plain(a=1), Plain(b=1), "result.a"),
    "objects of two classes": (Plain(a=1), space(a=1), "result"),
    "slots": (Slotted(1), Slotted(2), "result.left"),
    "what is made in C": (object(), object(), "result"),
    "rows of one key": (Row(id=1, credits=3), Row(id=1, credits=4), "result.credits"),
    "a dataclass inside": (Slot(Plain(a=1)), Slot(Plain(a=2)), "result.at.a"),
    "a named tuple": (Pair(1, 2), Pair(1, 3), "result[1]"),
    "order": (OrderedDict(a=1, b=2), OrderedDict(b=2, a=1), "result"),
    "counts": (Counter(a=1), Counter(a=2), "result.a"),
    "views": ({"a": 1}.values(), {"a": 2}.values(), "result[0]"),
    "an array": (Array(1, 2), Array(1, 3), "result[1]"),
    "an array of one element": (Array(1), Array(2), "result[0]"),
    "an array and its element": (Array(1), 1, "result"),
    "an array and a list": (Array(1), [1], "result"),
    "shapes": (Array(1, 2), Array(1, 2, shape=(2, 1)), "result"),
    "an empty array": (Array(), Array(1), "result"),
    "a large array": (Array(*range(20_000)), Array(*range(19_999), 0), "result"),
    "frames": (Frame(a=[1]), Frame(a=[2]), "result"),
    "generators": ((n for n in ()), (n for n in ()), "result"),
    "what denies itself": (NeverEqual(1), NeverEqual(1), "result"),
}
INSIDE = {
    "nothing": lambda value: value,
    "a list": lambda value: [value],
    "a dict": lambda value: {"a": value},
    "a dataclass": Slot,
    "an object": lambda value: Plain(a=value),
}


def verdict(control, candidate):
    sides = Observation(control, None, 1), Observation(candidate, None, 1)
    from datetime import date

    return judge(*sides, criteria=Criteria(), call={}, today=date(2026, 1, 1)).verdict


@pytest.mark.parametrize("inside", INSIDE.values(), ids=INSIDE)
class TestValue:
    @pytest.mark.parametrize(("control", "candidate"), EQUAL.values(), ids=EQUAL)
    def test_is_equal(self, inside, control, candidate):
        assert diff(inside(control), inside(candidate)) == ()
        assert diff(inside(candidate), inside(control)) == ()
        assert verdict(inside(control), inside(candidate)) is Verdict.MATCH

    @pytest.mark.parametrize(("control", "candidate", "path"), DIFFERENT.values(), ids=DIFFERENT)
    def test_is_different(self, inside, control, candidate, path):
        for one, other in ((control, candidate), (candidate, control)):
            assert diff(inside(one), inside(other)) != ()
            assert verdict(inside(one), inside(other)) is Verdict.MISMATCH


class TestDifference:
    @pytest.mark.parametrize(("control", "candidate", "path"), DIFFERENT.values(), ids=DIFFERENT)
    def test_names_the_place(self, control, candidate, path):
        assert diff(control, candidate)[0].path == path


class TestSurelyEqual:
    @pytest.mark.parametrize(
        "make",
        [
            lambda: [{"id": n, "price": Decimal(n)} for n in range(30_000)],
            lambda: {n: [n] for n in range(30_000)},
            lambda: set(range(30_000)),
            lambda: [Slot(n) for n in range(30_000)],
            lambda: [Plain(n=n) for n in range(30_000)],
            lambda: [OwnWord(n) for n in range(30_000)],
            lambda: deque(range(30_000)),
            lambda: Counter(range(30_000)),
            lambda: OrderedDict.fromkeys(range(30_000)),
        ],
        ids=["rows", "lists", "a set", "dataclasses", "objects", "own words", "a deque", "counts", "ordered"],
    )
    def test_knows_what_is_longer_than_any_limit(self, make):
        assert surely_equal(make(), make())

    def test_ends_where_a_value_holds_itself(self):
        from tests.unit.hostile import cycle, shared

        assert surely_equal(cycle(), cycle())
        assert surely_equal(shared(60), shared(60))
        assert not surely_equal(shared(60, 1), shared(60, 2))

    def test_lets_through_what_concerns_the_whole_process(self):
        from tests.unit.hostile import RaisesOnEq, Refused

        with pytest.raises(Refused):
            surely_equal([RaisesOnEq()], [RaisesOnEq()], passing=(Refused,))
