"""What a candidate is made of at run time, where its module alone does not say it."""

import functools
from decimal import Decimal
from enum import Enum

import pytest
from django.utils.functional import SimpleLazyObject

from migration_harness.seams.closure.made_of import made_of
from migration_harness.secret import Secret


def price(**_):
    return 1


def kept(held):
    def priced(**_):
        return held

    return priced


class Tier(Enum):
    BASIC = 1
    PREMIUM = 2


class Priced:
    def __init__(self, held):
        self.held = held

    def __call__(self, **_):
        return self.held


class Slotted:
    __slots__ = ("held",)

    def __init__(self, held):
        self.held = held

    def price(self, **_):
        return self.held


@functools.wraps(price)
def wrapped(**_):
    return price()


def never():
    raise AssertionError("It was asked.")


HOLDERS = {
    "closure": kept,
    "partial": lambda held: functools.partial(price, held),
    "keyword": lambda held: functools.partial(price, rate=held),
    "object": Priced,
    "method": lambda held: Priced(held).__call__,
    "slots": lambda held: Slotted(held).price,
    "list": lambda held: kept([held]),
    "dictionary": lambda held: kept({"a": held}),
    "set": lambda held: kept({held}),
}
PAIRS = [(1, 2), (1, True), ("1", b"1"), (1, Decimal(1)), (None, 0), (Tier.BASIC, Tier.PREMIUM), (price, never)]


class TestMadeOf:
    @pytest.mark.parametrize("holder", HOLDERS.values(), ids=HOLDERS)
    @pytest.mark.parametrize(("one", "other"), PAIRS, ids=lambda each: getattr(each, "__name__", repr(each)))
    def test_is_another_with_another_value_and_the_same_with_the_same(self, holder, one, other):
        assert made_of(holder(one)).said == made_of(holder(one)).said != made_of(holder(other)).said

    @pytest.mark.parametrize("holder", HOLDERS.values(), ids=HOLDERS)
    def test_has_the_module_of_what_is_held(self, holder):
        assert "json.encoder" in made_of(holder(__import__("json").JSONEncoder)).modules

    def test_has_the_decorator_and_what_it_decorates(self):
        assert made_of(wrapped).modules == {__name__}
        assert {"django.utils.functional", "json"} & made_of(kept(__import__("json"))).modules == {"json"}

    @pytest.mark.parametrize("holder", HOLDERS.values(), ids=HOLDERS)
    def test_loads_nothing_that_is_lazy(self, holder):
        if holder is not HOLDERS["set"]:
            assert made_of(holder(SimpleLazyObject(never))).said[-1] == "proxy SimpleLazyObject"

    def test_goes_round_in_circles_once(self):
        ring = Priced(None)
        ring.held = [ring]
        assert made_of(ring).said == made_of(ring).said

    def test_does_not_look_into_a_secret(self):
        assert "k-123" not in repr(made_of(kept(Secret("k-123"))))
