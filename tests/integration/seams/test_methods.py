"""A seam in a class is a method, and whoever inspects a seam sees the candidate."""

import inspect

import pytest

from migration_harness.deciding.registry import seams
from migration_harness.deciding.stages import Stage
from migration_harness.seams.seam import Seam
from migration_harness.testing import assert_same, comparisons, fixed_flags, flag_at
from tests.trial_flag import FLAG, SEAM

pytestmark = pytest.mark.django_db


def by_weight(self, grams, *, customer):
    return grams * self.cents


def by_tariff(self, grams: int, *, customer: str) -> int:
    return grams * self.cents + self.fee


@pytest.fixture
def shop(monkeypatch):
    monkeypatch.setattr(seams, "_by_name", {})

    class Shop:
        cents, fee = 2, 1
        price = Seam(
            name=SEAM, flag=FLAG, control=by_weight, candidate=by_tariff, subject=lambda *, customer, **_: customer
        )

    return Shop


class TestMethod:
    @pytest.mark.parametrize(
        ("stage", "answer"), [(Stage.OFF, 20), (Stage.SHADOW, 20), (Stage.LIVE, 21), (Stage.COMPLETE, 21)]
    )
    @pytest.mark.parametrize("by", ["position", "name"])
    def test_is_called_on_an_instance(self, shop, stage, answer, by):
        with fixed_flags(flag_at(FLAG, stage)):
            assert (
                shop().price(10, customer="1") if by == "position" else shop().price(grams=10, customer="1")
            ) == answer

    def test_has_both_sides_see_the_same_instance(self, shop):
        mine = shop()
        mine.fee = 0
        with fixed_flags(flag_at(FLAG, Stage.SHADOW)), comparisons() as heard:
            mine.price(10, customer="1")
        assert [(each.verdict, each.control, each.candidate) for each in heard] == [("match", 20, 20)]

    def test_is_the_seam_itself_in_its_class(self, shop):
        assert isinstance(shop.price, Seam)
        mine = shop()
        mine.fee = 0
        assert assert_same(shop.price, mine, 10, customer="1").control == 20


class TestSignature:
    def test_is_the_candidates(self, shop):
        assert inspect.signature(shop.price) == inspect.signature(by_tariff)

    def test_of_a_method_is_without_the_instance(self, shop):
        assert list(inspect.signature(shop().price).parameters) == ["grams", "customer"]

    def test_that_cannot_be_read_is_no_fault(self, monkeypatch):
        monkeypatch.setattr(seams, "_by_name", {})
        assert Seam(name=SEAM, flag=FLAG, control=max, candidate=max, subject=lambda *_: None)(1, 2) == 2
