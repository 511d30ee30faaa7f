"""Tests of the shop in which both sides differ: each of them has to fail."""

import pytest
from quotes.seams import quote

from migration_harness.testing import flags_at

pytestmark = pytest.mark.django_db


@flags_at(rebates="shadow")
def test_fails_by_its_fixture(raise_on_mismatch):
    quote(customer="anna", grams=2000)


@flags_at(rebates="shadow")
def test_fails_though_somebody_caught_it(raise_on_mismatch):
    try:
        quote(customer="anna", grams=2000)
    except AssertionError:
        pass


@flags_at(rebates="shadow")
def test_fails_where_the_settings_say_so():
    quote(customer="anna", grams=2000)
