"""Which code control and candidate share, as far as it can be told without running it."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache, partial, wraps

import pytest

from migration_harness.seams.shared_code import shared_code

HERE = __name__


def unit():
    return Decimal(1_000_000)


def other_unit():
    return Decimal(1_000_000)


@lru_cache
def cached_unit():
    return unit()


def decorated(function):
    @wraps(function)
    def inner(*args):
        return function(*args)

    return inner


@decorated
def decorated_unit():
    return unit()


class Registry:
    @staticmethod
    def of_class():
        return unit()

    @classmethod
    def of_kind(cls):
        return unit()

    def of_instance(self):
        return unit()

    def __call__(self):
        return unit()


registry = Registry()


@dataclass
class Usage:
    tokens: int

    @property
    def total(self):
        return self.tokens * unit()

    @cached_property
    def kept(self):
        return self.tokens * unit()


class Price:
    def __init__(self, tokens):
        self.usd = tokens / unit()


def by_function(tokens):
    return tokens / unit()


def by_function_of_a_function(tokens):
    return by_function(tokens)


def by_static_method(tokens):
    return tokens / Registry.of_class()


def by_class_method(tokens):
    return tokens / Registry.of_kind()


def by_method_of_a_global(tokens):
    return tokens / registry.of_instance()


def by_calling_a_global(tokens):
    return tokens / registry()


def by_cache(tokens):
    return tokens / cached_unit()


def by_decorator(tokens):
    return tokens / decorated_unit()


def by_property(usage: Usage):
    return usage.total


def by_cached_property(usage: Usage):
    return usage.kept


def by_class(tokens):
    return Price(tokens).usd


def by_lambda(tokens):
    price = lambda: tokens / unit()  # noqa: E731  It is the way that is tried.
    return price()


def by_comprehension(tokens):
    return sum(each / unit() for each in tokens)


def by_import(tokens):
    from tests.unit.seams.test_shared_code import unit as imported

    return tokens / imported()


def by_closure():
    shared = unit

    def side(tokens):
        return tokens / shared()

    return side


def alone(tokens):
    return tokens / other_unit()


WAYS = [
    by_function, by_function_of_a_function, by_static_method, by_class_method, by_method_of_a_global,
    by_calling_a_global, by_cache, by_decorator, by_property, by_cached_property, by_class, by_lambda, by_comprehension,
    by_import, partial(by_function, 1), Registry().of_instance, Registry(), by_closure(),
]  # fmt: skip


def name_of(way):
    return getattr(way, "__name__", type(way).__name__)


class TestSharedCode:
    @pytest.mark.parametrize("way", WAYS, ids=name_of)
    def test_is_named_on_whatever_way_it_is_reached(self, way):
        assert f"{HERE}.unit" in shared_code(by_function, way)
        assert f"{HERE}.unit" in shared_code(way, by_function)

    @pytest.mark.parametrize("way", WAYS, ids=name_of)
    def test_is_not_what_one_side_calls_alone(self, way):
        assert shared_code(way, alone) == []

    def test_is_all_of_a_side_that_is_both(self):
        assert shared_code(alone, alone) == [f"{HERE}.alone", f"{HERE}.other_unit"]

    def test_is_the_other_side_where_one_delegates_to_it(self):
        assert shared_code(by_function, by_function_of_a_function) == [f"{HERE}.by_function", f"{HERE}.unit"]

    def test_is_not_what_is_known_nor_what_only_that_calls(self):
        assert shared_code(by_cache, by_cache, known={by_cache: "why"}) == []
        assert shared_code(by_function, by_function_of_a_function, known={by_function: "why"}) == []

    def test_is_no_code_of_others(self):
        assert shared_code(lambda: Decimal(1).sqrt(), lambda: Decimal(2).sqrt()) == []

    def test_does_not_run_in_circles(self):
        def first():
            return second()

        def second():
            return first()

        assert len(shared_code(first, second)) == 2
