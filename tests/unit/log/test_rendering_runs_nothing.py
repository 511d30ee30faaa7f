"""Rendering reads what is there: it asks no database, runs no code of an object, and shows no secret."""

import json
from collections import OrderedDict, defaultdict, deque
from dataclasses import dataclass, field
from enum import Enum
from types import SimpleNamespace

import pytest
from django.utils.functional import SimpleLazyObject

from igny8_core.auth.models import Account
from migration_harness.comparing.comparator import Judgement, Verdict
from migration_harness.comparing.difference import diff
from migration_harness.log.rendering import MAX_VALUES, payload_of, render
from migration_harness.secret import Secret
from tests.unit.hostile import EndlessMapping, refuse

KEY = "sk-live-do-not-print-me-0123456789"


class Ran(BaseException):
    """Code of the object ran: not even an Exception, so that nothing hides it."""


def run(*_args, **_kwargs):
    raise Ran


class Meta(type):
    __repr__ = __str__ = run
    __name__ = property(run)


class Talkative(metaclass=Meta):
    __repr__ = __str__ = __format__ = __iter__ = __len__ = __getattr__ = __bool__ = __eq__ = run
    __hash__ = object.__hash__
    pk = name = property(run)


class TalkativeList(list):
    __repr__ = __iter__ = __getitem__ = __bool__ = run


class TalkativeDict(dict):
    __repr__ = __iter__ = __getitem__ = items = keys = __bool__ = run


class TalkativeText(str):
    __slots__ = ()
    __repr__ = __str__ = __len__ = __iter__ = run


class TalkativeNumber(int):
    __repr__ = __str__ = __index__ = bit_length = run


class TalkativeFloat(float):
    __repr__ = __str__ = run


class Endless(list):
    def __iter__(self):
        while True:
            yield 1


@dataclass
class Computed:
    name: str
    price: object = field(init=False)

    __getattr__ = run


class Holds(Enum):
    KEY = Secret(KEY)


class Spoken:
    def __init__(self, key):
        self.key = key

    def __repr__(self):
        return f"Spoken({self.key.reveal()})"

    __str__ = __repr__


@dataclass
class Holder:
    key: object


@dataclass(slots=True)
class Slots:
    key: object


SECRET = Secret(KEY)
WITH_A_SECRET = {
    "list": [SECRET], "tuple": (SECRET,), "set": {SECRET}, "deque": deque([SECRET]), "key": {SECRET: 1},
    "key of two": {(1, SECRET): 1}, "key of three": {((SECRET,), 1): 1}, "dataclass": Holder(SECRET),
    "slots": Slots(SECRET), "error": ValueError(SECRET, KEY), "group": ExceptionGroup(KEY, [ValueError(SECRET)]),
    "enum": Holds.KEY, "object": Spoken(SECRET), "object as a key": {Spoken(SECRET): 1},
    "object in an error": ValueError(Spoken(SECRET)), "namespace": SimpleNamespace(key=SECRET),
    "default": defaultdict(list, key=[SECRET]), "ordered": OrderedDict(key=SECRET),
    "primary key": SimpleNamespace(pk=SECRET), "model": Account(pk=SECRET), "function": lambda key=SECRET: key,
    "lazy": SimpleLazyObject(lambda: SECRET), "generator": (each for each in [KEY]), "view": {1: SECRET}.values(),
}  # fmt: skip


def payload(control, candidate):
    judgement = Judgement(verdict=Verdict.MISMATCH, differences=diff(control, candidate), expected=control)
    return payload_of(judgement, {"value": control})


class TestRender:
    @pytest.mark.parametrize("value", WITH_A_SECRET.values(), ids=WITH_A_SECRET)
    def test_shows_no_part_of_a_secret(self, value):
        for shown in (render(value), render({"a": [value]}), payload(value, [value]), payload([value], [1])):
            text = json.dumps(shown)
            assert not any(KEY[i : i + 4] in text for i in range(len(KEY) - 4))

    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            (Talkative(), "Talkative"),
            (TalkativeList([1, 2]), [1, 2]),
            (TalkativeDict(a=1), {"a": 1}),
            (TalkativeText("text"), "text"),
            (TalkativeNumber(7), 7),
            (TalkativeFloat(1.5), "1.5"),
            (Endless([1]), [1]),
            (Computed("a"), {"name": "a", "price": "(absent)"}),
            ({Talkative(): 1}, {"Talkative": 1}),
            (ValueError(Talkative()), "ValueError"),
        ],
        ids=[
            "object",
            "list",
            "dict",
            "text",
            "number",
            "float",
            "endless",
            "dataclass",
            "key",
            "error",
        ],
    )
    def test_runs_no_code_of_an_object(self, value, shown):
        assert render(value) == shown

    def test_asks_no_database(self):
        # Without the mark of a database, any query is an error that nothing here catches.
        rows = Account.objects.filter(pk=1)
        deferred = Account.from_db("default", ["id"], [7])
        lazy = SimpleLazyObject(run)
        assert [render(each) for each in (rows, deferred, lazy)] == ["QuerySet", "Account(7)", "SimpleLazyObject"]
        assert "name" not in deferred.__dict__

    def test_keeps_a_lazy_object_that_was_evaluated(self):
        lazy = SimpleLazyObject(lambda: Account(pk=7))
        assert lazy.pk == 7
        assert render(lazy) == "Account(7)"

    def test_is_bounded_by_what_it_looks_at(self):
        class Counting(EndlessMapping):
            read = 0

            def items(self):
                return iter(self)

        value = [[Counting(), Endless(range(10_000))] for _ in range(10_000)]
        assert len(json.dumps(render(value))) < 60 * MAX_VALUES
        assert render([refuse])[0].endswith("refuse")
