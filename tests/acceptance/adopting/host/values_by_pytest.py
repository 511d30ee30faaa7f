"""Values as people have them: compared, kept in a sample, and made again in an exported test, by pytest."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, Flag, IntEnum, StrEnum
from fractions import Fraction
from pathlib import Path, PurePosixPath
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Model, QuerySet
from quotes.models import Box, Business, Customer, Entry, Label
from quotes.told import state, told

from migration_harness.comparing.difference import diff
from migration_harness.models import Comparison
from migration_harness.testing import SidesDiffer, assert_same, flags_at

pytestmark = pytest.mark.django_db

KEY, OTHER_KEY = UUID(int=7), UUID(int=8)
BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 7, 2, 12, tzinfo=BERLIN)
LIGHT = {"price": [1.5, 2.5], "name": ["a", "b"], "sold": [1, 2]}


class Colour(Enum):
    RED = "red"
    BLUE = object()


class Size(IntEnum):
    SMALL = 1
    LARGE = 2


class Speed(StrEnum):
    SLOW = "slow"
    FAST = "fast"


class Access(Flag):
    READ = 1
    WRITE = 2


def read(rows):
    """Return a QuerySet that somebody has read."""
    len(rows)
    return rows


def customers(*names):
    return Customer.objects.filter(name__in=names).order_by("name")


def counted(add):
    return customers("anna", "bert").annotate(paid=Count("entries") + add)


# What the control answers; what is equal to it; what is not. Each is made anew: nothing may be told by identity.
VALUES = {
    "UUID": lambda: (UUID(int=7), UUID(int=7), OTHER_KEY),
    "Enum": lambda: (Colour.BLUE, Colour["BLUE"], Colour.RED),
    "Enum of numbers": lambda: (Size.SMALL, Size(1), Size.LARGE),
    "Enum of texts": lambda: (Speed.SLOW, Speed("slow"), Speed.FAST),
    "Flag": lambda: (Access.READ | Access.WRITE, Access(3), Access.READ),
    "timedelta": lambda: (timedelta(hours=25), timedelta(days=1, seconds=3600), timedelta(hours=24)),
    "time": lambda: (time(12, 30), time(12, 30), time(12, 31)),
    "date": lambda: (date(2026, 7, 2), date(2026, 7, 2), date(2026, 7, 3)),
    "datetime": lambda: (NOON, NOON.astimezone(UTC), NOON + timedelta(microseconds=1)),
    "Path": lambda: (Path("/srv/a"), Path("/srv") / "a", Path("/srv/b")),
    "PurePath": lambda: (PurePosixPath("a/b"), PurePosixPath("a", "b"), PurePosixPath("b")),
    "Fraction": lambda: (Fraction(2, 6), Fraction(1, 3), Fraction(1, 4)),
    "Decimal": lambda: (Decimal("1.10"), Decimal("1.1"), Decimal("1.11")),
    "model of a number": lambda: (Customer(pk=1), Customer(pk=1), Customer(pk=2)),
    "model of a UUID": lambda: (Box(pk=KEY), Box(pk=UUID(int=7)), Box(pk=OTHER_KEY)),
    "model of two keys": lambda: (Label(pk=(KEY, 1)), Label(box_id=KEY, number=1), Label(pk=(KEY, 2))),
    "model of another": lambda: (Business(pk=1), Business(pk=1), Business(pk=2)),
    "QuerySet": lambda: (
        read(customers("anna", "bert")), Customer.objects.exclude(name="carl").order_by("pk"), customers("bert"),
    ),
    "QuerySet in another order": lambda: (
        read(Customer.objects.filter(name__in=["anna", "bert"]).order_by("-name")),
        customers("anna", "bert").reverse(), customers("anna", "bert"),
    ),
    "QuerySet without an order": lambda: (
        read(Box.objects.all()), Box.objects.filter(grams__gte=0), Box.objects.filter(grams=1),
    ),
    "QuerySet of nothing": lambda: (read(Box.objects.filter(grams=9)), Box.objects.none(), Box.objects.all()),
    "QuerySet of a union": lambda: tuple(
        read(customers("anna").union(customers(name))) for name in ("bert", "bert", "carl")
    ),
    "NumPy integer": lambda: (np.int64(7), np.int32(7), np.int64(8)),
    "NumPy float": lambda: (np.float64(0.1), np.float64("0.1"), np.float64(0.2)),
    "NumPy short float": lambda: (np.float32(0.1), np.float32("0.1"), np.float32(0.2)),
    "NumPy truth": lambda: (np.True_, np.bool_(1), np.False_),
    "NumPy complex": lambda: (np.complex64(1 - 2j), np.complex64(1 - 2j), np.complex64(1 + 2j)),
    "NumPy text": lambda: (np.str_("a"), np.str_("a"), np.str_("b")),
    "NumPy moment": lambda: (np.datetime64("2026-07-02", "D"),) * 2 + (np.datetime64("2026-07-03", "D"),),
    "NumPy no moment": lambda: (np.datetime64("NaT", "s"), np.datetime64("NaT", "s"), np.datetime64(1, "s")),
    "NumPy duration": lambda: (np.timedelta64(90, "m"), np.timedelta64(5400, "s"), np.timedelta64(91, "m")),
    "array of integers": lambda: (np.array([[1], [3]]), np.arange(1, 5, 2).reshape(2, 1), np.array([[1], [4]])),
    "array of floats": lambda: (np.array([0.1, np.nan]), np.array([0.1, np.nan]), np.array([0.1, 0.0])),
    "array of short floats": lambda: (np.array([0.1], "f4"), np.array([0.1], "f4"), np.array([0.2], "f4")),
    "array of texts": lambda: (np.array(["a", "bc"]), np.array(["a", "bc"]), np.array(["a", "b"])),
    "array of truths": lambda: (np.array([True, False]), np.array([1, 0], bool), np.array([True, True])),
    "array of moments": lambda: (
        np.array(["2026-07-02", "NaT"], "M8[D]"), np.array(["2026-07-02", "NaT"], "M8[D]"),
        np.array(["2026-07-03", "NaT"], "M8[D]"),
    ),
    "array of durations": lambda: (np.array([1, 2], "m8[s]"), np.array([1, 2], "m8[s]"), np.array([1, 3], "m8[s]")),
    "array of objects": lambda: (
        np.array([[Decimal("1.1"), None], [KEY, "a"]], object), np.array([[Decimal("1.10"), None], [KEY, "a"]], object),
        np.array([[Decimal("1.1"), None], [OTHER_KEY, "a"]], object),
    ),
    "empty array": lambda: (np.array([], "i8"), np.array([], "i8"), np.array([0], "i8")),
    "Timestamp": lambda: (pd.Timestamp(1, unit="ns"), pd.Timestamp(1, unit="ns"), pd.Timestamp(2, unit="ns")),
    "Timestamp in a zone": lambda: (pd.Timestamp(NOON), pd.Timestamp(NOON), pd.Timestamp(NOON) + pd.Timedelta("1s")),
    "Timedelta": lambda: (pd.Timedelta(90, "s"), pd.Timedelta(minutes=1.5), pd.Timedelta(91, "s")),
    "NaT": lambda: (pd.NaT, pd.NaT, pd.Timestamp(0)),
    "NA": lambda: (pd.NA, pd.NA, 1),
    "Series": lambda: (pd.Series([1, 2], name="sold"), pd.Series([1, 2], name="sold"), pd.Series([1, 3], name="sold")),
    "Series with labels": lambda: (
        pd.Series([0.5, None], ["a", "b"]), pd.Series([0.5, np.nan], ["a", "b"]), pd.Series([0.5, None], ["a", "c"]),
    ),
    "Series of objects": lambda: (
        pd.Series([Decimal("1.1"), KEY, None], dtype=object), pd.Series([Decimal("1.10"), KEY, None], dtype=object),
        pd.Series([Decimal("1.1"), OTHER_KEY, None], dtype=object),
    ),
    "Series with gaps": lambda: (
        pd.Series([1, None], dtype="Int64"), pd.Series([1, pd.NA], dtype="Int64"), pd.Series([2, None], dtype="Int64"),
    ),
    "Series of moments": lambda: (
        pd.Series([NOON, None]), pd.Series([pd.Timestamp(NOON), pd.NaT]), pd.Series([NOON, NOON]),
    ),
    "Index": lambda: (pd.Index(["a", "b"]), pd.Index(["a", "b"]), pd.Index(["b", "a"])),
    "RangeIndex": lambda: (pd.RangeIndex(3), pd.RangeIndex(0, 3), pd.RangeIndex(1, 4)),
    "DataFrame": lambda: (pd.DataFrame(LIGHT), pd.DataFrame(LIGHT), pd.DataFrame(LIGHT | {"sold": [1, 3]})),
    "DataFrame with labels": lambda: (
        pd.DataFrame(LIGHT, index=["x", "y"]), pd.DataFrame(LIGHT, index=["x", "y"]), pd.DataFrame(LIGHT),
    ),
    "DataFrame with another column": lambda: (
        pd.DataFrame({"a": [1], "b": [2]}), pd.DataFrame({"a": [1], "b": [2]}), pd.DataFrame({"a": [1], "c": [2]}),
    ),
    "empty DataFrame": lambda: (pd.DataFrame(), pd.DataFrame(), pd.DataFrame({"a": [1]})),
    "values in a list": lambda: ([KEY, OTHER_KEY], [UUID(int=7), UUID(int=8)], [KEY, KEY]),
    "values in a dict": lambda: (
        {"at": time(1), "grid": np.array([1]), "rows": read(customers("anna"))},
        {"at": time(1), "grid": np.array([1]), "rows": customers("anna")},
        {"at": time(1), "grid": np.array([2]), "rows": customers("anna")},
    ),
}  # fmt: skip
# What a sample does not keep whole: it is compared, and the export says what to declare.
NOT_MADE_AGAIN = {
    "QuerySet of dicts": lambda: tuple(read(customers(name).values("name")) for name in ("anna", "anna", "bert")),
    "QuerySet of tuples": lambda: tuple(read(customers(name).values_list("pk")) for name in ("anna", "anna", "bert")),
    "QuerySet with more": lambda: (read(counted(0)), counted(0), counted(1)),
    "long QuerySet": lambda: (read(Entry.objects.all()), Entry.objects.order_by("pk"), Entry.objects.filter(cents=1)),
    "long array": lambda: (np.arange(60), np.arange(60), np.arange(1, 61)),
    "large array": lambda: (np.zeros((300, 300)), np.zeros((300, 300)), np.ones((300, 300))),
    "array of arrays": lambda: tuple(
        np.array([[1], [each, 3]], dtype=object) if each else None for each in (2, 2, 4)
    ),
    "long DataFrame": lambda: tuple(pd.DataFrame({"a": range(each, each + 60)}) for each in (0, 0, 1)),
    "DataFrame of categories": lambda: tuple(pd.DataFrame({"a": [each]}, dtype="category") for each in "aab"),
    "columns of one label": lambda: tuple(pd.DataFrame([[1, each]], columns=["a", "a"]) for each in (1, 1, 2)),
    "labels of two levels": lambda: tuple(
        pd.Series([each], index=pd.MultiIndex.from_tuples([(1, 2)])) for each in (1, 1, 2)
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def shop():
    for pk, name in enumerate(("anna", "bert", "carl"), start=1):
        Customer.objects.create(pk=pk, name=name)
    Box.objects.create(pk=KEY, grams=1), Box.objects.create(pk=OTHER_KEY, grams=2)
    for number in range(60):
        Entry.objects.create(customer_id=1, operation=str(number), cents=number)
    yield
    state.answer = state.given = None


def answers(value):
    state.answer = lambda: value


def exported(tmp_path, value, other):
    """Have the candidate answer otherwise in a call that is recorded; return the text of its exported test."""
    answers(other)
    with flags_at(rebates="shadow"):
        told(value=value)
    found = Comparison.objects.get()
    assert found.verdict == "mismatch"
    call_command("harness", "discrepancies", "export", found.signature, "--pytest", str(tmp_path / "test_it.py"))
    return (tmp_path / "test_it.py").read_text()


def run(text):
    names = {}
    exec(compile(text, "test_it.py", "exec"), names)  # noqa: S102  What the export wrote.
    next(each for name, each in names.items() if name.startswith("test_"))()


ALL = VALUES | NOT_MADE_AGAIN
every = pytest.mark.parametrize("make", ALL.values(), ids=ALL)
kept = pytest.mark.parametrize("make", VALUES.values(), ids=VALUES)


class TestValue:
    @every
    def test_is_equal_to_one_that_holds_the_same(self, make):
        value, same, _ = make()
        answers(same)
        assert assert_same(told, value=value).verdict == "match"

    @every
    def test_differs_from_one_that_does_not(self, make):
        value, _, other = make()
        answers(other)
        with pytest.raises(SidesDiffer, match="became|missing|extra|differs"):
            assert_same(told, value=value)

    @kept
    def test_comes_back_as_what_it_was(self, make, tmp_path):
        value, _, other = make()
        text = exported(tmp_path, value, other)
        state.answer = None
        run(text)
        assert type(state.given) is type(value)
        assert repr(state.given) == repr(value)
        # Of a row a sample keeps its class and its key, which its repr has.
        assert isinstance(value, QuerySet | Model | dict) or diff(value, state.given) == ()

    @kept
    def test_is_asserted_by_an_exported_test(self, make, tmp_path):
        value, _, other = make()
        text = exported(tmp_path, value, other)
        with pytest.raises(AssertionError):
            run(text)
        state.answer = None
        run(text)

    @pytest.mark.parametrize("make", NOT_MADE_AGAIN.values(), ids=NOT_MADE_AGAIN)
    def test_that_no_sample_keeps_is_said_to_be_so(self, make, tmp_path):
        value, _, other = make()
        with pytest.raises(CommandError):
            exported(tmp_path, value, other)


class TestQuerySet:
    def test_of_many_rows_is_read_in_a_limited_number(self):
        Customer.objects.bulk_create(Customer(pk=number, name="many") for number in range(10, 1_100))
        answers(Customer.objects.order_by("-pk").reverse())
        with pytest.raises(SidesDiffer, match="the first 1,000 rows are compared"):
            assert_same(told, value=Customer.objects.order_by("pk"))

    def test_says_which_field_of_which_row_differs(self):
        answers(customers("anna", "bert").annotate(paid=F("opening") + 1))
        with pytest.raises(SidesDiffer, match=r"result\[0\].paid: 0 became 1"):
            assert_same(told, value=customers("anna", "bert").annotate(paid=F("opening")))

    def test_that_the_caller_gets_is_not_read(self):
        with flags_at(rebates="shadow"):
            got = told(value=customers("anna"))
        assert got._result_cache is None
