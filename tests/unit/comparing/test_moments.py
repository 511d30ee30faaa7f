"""One moment is equal to itself in any zone, and to no other one."""

from collections import OrderedDict, defaultdict, deque
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import attr
import pydantic
import pytest

from migration_harness.comparing.allowances import allowances_of
from migration_harness.comparing.difference import diff
from migration_harness.comparing.sure import surely_equal
from tests.unit.comparing.objects import Pair, Plain, Row, Slot, Slotted, precise, space

BERLIN, PARIS, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Paris"), ZoneInfo("America/New_York")
FIRST = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
AGAIN = FIRST.replace(fold=1)
PLUS_1, PLUS_2 = timezone(timedelta(hours=1)), timezone(timedelta(hours=2))


@attr.define(hash=True)
class Written:
    at: object


class Form(pydantic.BaseModel):
    at: datetime


SAME = {
    "the first hour, in UTC": (FIRST, FIRST.astimezone(UTC)),
    "the second hour, in UTC": (AGAIN, AGAIN.astimezone(UTC)),
    "the second hour, in another zone": (AGAIN, AGAIN.astimezone(NEW_YORK)),
    "the second hour, in a zone of the same clocks": (AGAIN, AGAIN.replace(tzinfo=PARIS)),
    "a fixed offset": (AGAIN, datetime(2026, 10, 25, 2, 30, tzinfo=PLUS_1)),
    "fold where there is one hour": (FIRST.replace(hour=12), FIRST.replace(hour=12, fold=1)),
    "fold without a zone": (datetime(2026, 1, 1), datetime(2026, 1, 1, fold=1)),  # noqa: DTZ001
    "the end of time": (datetime.max.replace(tzinfo=PLUS_1), datetime.max.replace(tzinfo=PLUS_1)),
    "times of two offsets": (time(12, tzinfo=PLUS_1), time(13, tzinfo=PLUS_2)),
    "times of one zone": (time(2, 30, tzinfo=BERLIN), time(2, 30, tzinfo=ZoneInfo("Europe/Berlin"))),
    "a class of its own": (precise(5, tzinfo=UTC), precise(5, tzinfo=UTC)),
    "durations": (timedelta(days=1), timedelta(hours=24)),
}
OTHER = {
    "an hour apart": (FIRST, AGAIN, "value"),
    "an hour apart, in two zones": (FIRST, AGAIN.replace(tzinfo=PARIS), "value"),
    "an hour apart, in UTC": (FIRST, AGAIN.astimezone(UTC), "value"),
    "without a zone": (FIRST, FIRST.replace(tzinfo=None), "type"),
    "a day": (datetime(2026, 1, 1), date(2026, 1, 1), "type"),  # noqa: DTZ001
    "times of two zones": (time(2, 30, tzinfo=BERLIN), time(2, 30, tzinfo=NEW_YORK), "value"),
    "two times of one night": (time(2, 30, tzinfo=BERLIN), time(2, 30, tzinfo=BERLIN, fold=1), "value"),
    "a time without a zone": (time(2, 30, tzinfo=BERLIN), time(2, 30), "type"),
    "times of one clock": (time(12, tzinfo=PLUS_1), time(12, tzinfo=PLUS_2), "value"),
    "what a class adds": (precise(5, tzinfo=UTC), precise(6, tzinfo=UTC), "value"),
    "durations": (timedelta(days=1), timedelta(days=1, microseconds=1), "value"),
}
INSIDE = {
    "nothing": lambda at: at,
    "a list": lambda at: [1, at],
    "a tuple": lambda at: (at,),
    "a named tuple": lambda at: Pair(at, 1),
    "a dict": lambda at: {"at": {"at": at}},
    "a dict of a class": lambda at: defaultdict(list, at=at),
    "an ordered dict": lambda at: OrderedDict(at=at),
    "a key": lambda at: {at: 1},
    "a key of two": lambda at: {(at, 1): 1},
    "a set": lambda at: {at, 1},
    "a set of tuples": lambda at: {(at, 1)},
    "a set of objects": lambda at: {Slot(at)},
    "a deque": lambda at: deque([at]),
    "a view": lambda at: {"at": at}.values(),
    "items": lambda at: {"at": at}.items(),
    "a dataclass": Slot,
    "a class of attrs": Written,
    "an object": lambda at: Plain(at=at),
    "an object of slots": Slotted,
    "a namespace": lambda at: space(at=at),
    "a row": lambda at: Row(id=1, at=at),
    "an exception": ValueError,
    "all of them": lambda at: [{"a": (Slot(Plain(at=[at])),)}],
}


@pytest.mark.parametrize("inside", INSIDE.values(), ids=INSIDE)
class TestMoment:
    @pytest.mark.parametrize(("control", "candidate"), SAME.values(), ids=SAME)
    def test_is_itself(self, inside, control, candidate):
        assert diff(inside(control), inside(candidate)) == ()
        assert diff(inside(candidate), inside(control)) == ()

    @pytest.mark.parametrize(("control", "candidate", "kind"), OTHER.values(), ids=OTHER)
    def test_is_no_other_one(self, inside, control, candidate, kind):
        for one, other in ((control, candidate), (candidate, control)):
            assert not surely_equal(inside(one), inside(other))
            assert diff(inside(one), inside(other)) != ()


HERE, THERE = datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 10, 25, 2, tzinfo=ZoneInfo("Europe/Berlin"))
"""One instant, which Python keeps apart as two keys: the hour in Berlin comes twice that night."""
NANS = float("nan"), float("nan")


@pytest.mark.parametrize(("one", "other"), [(HERE, THERE), NANS], ids=["one instant", "NaN"])
class TestKeysThatAreOne:
    """Keys and members that are equal here, and in one collection all the same."""

    @pytest.mark.parametrize("inside", [lambda value: value, lambda value: [value], lambda value: {"all": value}])
    def test_are_counted(self, one, other, inside):
        for several, fewer, count in (({one, other}, {one}, 1), ({one, other}, set(), 2)):
            assert len(diff(inside(several), inside(fewer))) == len(diff(inside(fewer), inside(several))) == count
            assert not surely_equal(inside(several), inside(fewer))
        for several, fewer, count in (({one: 1, other: 1}, {one: 1}, 1), ({one: 1, other: 2}, {}, 2)):
            assert len(diff(inside(several), inside(fewer))) == len(diff(inside(fewer), inside(several))) == count
            assert not surely_equal(inside(several), inside(fewer))

    def test_keep_their_values(self, one, other):
        assert diff({one: 1, other: 2}, {one: 1, other: 2}) == ()
        assert [d.kind for d in diff({one: 1, other: 2}, {one: 1, other: 3})] == ["value"]
        assert diff({one, other}, {other, one}) == ()

    def test_are_counted_where_there_is_no_order(self, one, other):
        allowances = allowances_of(seam="s", root="result", money=False, unordered=["result"], tolerance={}, ignore=())
        both, alone = [{one: 1, other: 1}, 7], [7, {one: 1}]
        assert diff(both, both[::-1], allowances=allowances) == ()
        assert diff(both, alone, allowances=allowances) != ()


def test_an_instant_keeps_its_value_in_any_order():
    assert diff({HERE: 1, THERE: 2}, {THERE: 2, HERE: 1}) == ()


class TestDifference:
    @pytest.mark.parametrize(("control", "candidate", "kind"), OTHER.values(), ids=OTHER)
    def test_names_the_place_and_the_kind(self, control, candidate, kind):
        (found,) = diff({"at": control}, {"at": candidate})
        assert (found.path, found.kind, found.control, found.candidate) == ("result.at", kind, control, candidate)

    def test_is_found_in_a_form_of_pydantic(self):
        assert [d.path for d in diff(Form(at=FIRST), Form(at=AGAIN))] == ["result.at"]
        assert diff(Form(at=AGAIN), Form(at=AGAIN.replace())) == ()

    def test_is_found_where_the_order_does_not_matter(self):
        any_order = allowances_of(seam="s", root="result", money=False, unordered=["result"], tolerance={}, ignore=())
        utc = AGAIN.astimezone(UTC)
        assert diff([FIRST, AGAIN], [utc, FIRST], allowances=any_order) == ()
        assert diff([FIRST, FIRST], [AGAIN, FIRST], allowances=any_order) != ()

    def test_is_not_looked_for_beyond_the_limits_where_all_is_equal(self):
        many = [{"at": FIRST, "n": n} for n in range(30_000)]
        assert surely_equal(many, [{"at": FIRST.astimezone(UTC), "n": n} for n in range(30_000)])
