"""Values become the same values again in another process, or are refused with their names."""

import json
import threading
from collections import Counter, OrderedDict, deque
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePosixPath
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Group, Permission
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString

from migration_harness.seams.deferred.carrying import MOST_CHARACTERS, NotCarried, told, told_outcome
from migration_harness.seams.deferred.reading import NotReadable, read, read_outcome
from migration_harness.secret import Secret

from .values import Keys, Kind, Order, Pair, Plain, Price, Refused, Right, Tier, Usage, Word


def again(value):
    return read(json.loads(json.dumps(told(value=value))))["value"]


VALUES = [
    None, True, 0, -1, 10**40, 1.5, float("inf"), "", "text\x00\ud800", b"\x00\xff", bytearray(b"x"), 1j,
    Decimal("1.10"), Decimal("-0"), Fraction(1, 3), UUID(int=5), range(1, 9, 2), PurePosixPath("/a/b"),
    date(2026, 1, 4), time(1, 2, 3, 4), timedelta(days=-1, microseconds=3),
    datetime.fromisoformat("2026-01-04T05:06:07.8"),
    datetime(2026, 1, 4, tzinfo=UTC), datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),
    datetime(2026, 1, 4, tzinfo=timezone(timedelta(hours=-3))), ZoneInfo("Asia/Tokyo"),
    [1, [2, {"a": (3,)}]], (), (1, "2"), {1, 2}, frozenset({"a"}), deque([1, 2], maxlen=2),
    {"k": "v", "c": 1}, {1: "a", (2, 3): "b"}, OrderedDict(b=1, a=2), Counter("aab"),
    Tier.QUALITY, Right.READ | Right.WRITE, Kind.TEXT, Usage(1, 2), Pair([1], 2),
    Price(5), Order([Price(1), Price(2, Decimal("0.001"))]), Word("w"), SafeString("<b>"),
]  # fmt: skip


class TestValue:
    @pytest.mark.parametrize("value", VALUES, ids=lambda value: f"{type(value).__name__} {value!a}"[:40])
    def test_is_the_same_again(self, value):
        made = again(value)
        assert type(made) is type(value)
        assert made == value
        assert repr(made) == repr(value)

    def test_is_made_without_its_initialiser(self):
        value, before = Plain(3), Plain.made
        assert again(value) == value
        assert Plain.made == before

    def test_keeps_the_fold_and_the_order_of_keys(self):
        assert again(VALUES[23]).utcoffset() == timedelta(hours=1)
        assert list(again({"b": 1, "a": 2})) == ["b", "a"]

    def test_is_what_a_lazy_object_stands_for_once_somebody_has_looked(self):
        lazy = SimpleLazyObject(lambda: Price(7))
        with pytest.raises(NotCarried, match="value, a SimpleLazyObject that nobody has looked at"):
            told(value=lazy)
        assert lazy.credits == 7
        assert again(lazy) == Price(7)


def nobody():
    class Local:
        pass

    return Local()


REFUSED = {
    "a lock": (lambda: [threading.Lock()], r"value\[\], a lock"),
    "a generator": (lambda: (each for each in ()), "value, a generator"),
    "an iterator": (lambda: iter([]), "value, a list_iterator"),
    "a function": (lambda: nobody, "value, a function"),
    "a class that has no name": (nobody, "value, a Local whose class has no name in a module"),
    "a secret": (lambda: Secret("sk-very-secret-1"), "value, a Secret"),
    "a secret inside": (lambda: {"x": Keys(Secret("sk-very-secret-2"))}, r"value\[\]\.key, a Secret"),
    "a query": (lambda: Group.objects.filter(name="no"), "value, a QuerySet"),
    "a long text": (lambda: "x" * (MOST_CHARACTERS + 1), "value, which is too large"),
    "many values": (lambda: list(range(5_000)), "value, which is too large"),
    "a long number": (lambda: 10**5_000, "value, which is too large"),
}


def circle():
    value = []
    value.append(value)
    return value


class TestRefused:
    @pytest.mark.parametrize(("make", "message"), REFUSED.values(), ids=REFUSED)
    def test_says_where_and_what_and_nothing_of_the_value(self, make, message):
        with pytest.raises(NotCarried, match=message) as refused:
            told(value=make())
        assert "secret-" not in str(refused.value)

    def test_is_what_holds_itself(self):
        with pytest.raises(NotCarried, match="too large"):
            told(value=circle())

    def test_is_a_class_that_is_not_loaded(self):
        there = told(value=Price(1))
        there["value"]["c"] = "tests.integration.seams.deferred.values.Gone"
        with pytest.raises(NotReadable, match="values.Gone"):
            read(there)

    def test_is_a_class_that_is_another_kind_by_now(self):
        there = told(value=Tier.BASIC)
        there["value"]["c"] = "subprocess.Popen"
        with pytest.raises(NotReadable, match="subprocess.Popen"):
            read(there)


@pytest.mark.django_db
class TestInstance:
    def test_has_its_columns_as_they_were(self, django_assert_num_queries):
        group = Group.objects.create(name="saved")
        group.name = "not saved"
        with django_assert_num_queries(0):
            made = again(group)
            assert (made.pk, made.name, made._state.adding) == (group.pk, "not saved", False)
        assert made == group

    def test_has_the_related_instances_that_it_holds(self, django_assert_num_queries):
        held = Permission.objects.select_related("content_type").first()
        held.content_type.first = held
        with django_assert_num_queries(0):
            made = again(held)
            assert made.content_type.model == held.content_type.model
            assert made.content_type.first is made

    def test_that_is_not_loaded_whole_is_not_loaded_by_it(self, django_assert_num_queries):
        part = Permission.objects.only("name").first()
        with django_assert_num_queries(0):
            made = again(part)
        assert made.codename == Permission.objects.get(pk=part.pk).codename


class TestOutcome:
    def test_of_a_side_that_raised_is_the_error(self):
        error = Refused(4, status=402)
        value, made = read_outcome(json.loads(json.dumps(told_outcome(None, error))))
        assert (value, type(made), made.args, made.status) == (None, Refused, ("refused 4",), 402)

    def test_of_a_side_that_returned_is_the_value(self):
        assert read_outcome(told_outcome([1], None)) == ([1], None)

    def test_with_several_errors_is_refused(self):
        with pytest.raises(NotCarried, match="a ExceptionGroup that cannot be made again"):
            told_outcome(None, ExceptionGroup("x", [ValueError()]))
