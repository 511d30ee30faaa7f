"""What the shop declares, held to the contracts of the harness."""

import pytest
from quotes.accounts import Customers, Refused, Till, balance, charge
from quotes.models import Customer
from quotes.seams import quote
from quotes.shelves import shelves
from quotes.tariff import tariff

from migration_harness.testing import SidesDiffer, assert_same
from migration_harness.testing.contracts import (
    ChargesContract,
    DirectoryContract,
    LedgerContract,
    OracleContract,
    StoreContract,
)

pytestmark = pytest.mark.django_db


def customer(name="Contract", **fields):
    return str(Customer.objects.create(name=name, **fields).pk)


class OfBalances:
    def balance(self, account_id):
        return balance(Customer.objects.get(pk=account_id))


class TestCharges(OfBalances, ChargesContract):
    refusals = Refused

    def account(self, opening):
        return customer(opening=opening)

    def charge(self, account_id, *, operation_id):
        return charge(account_id, operation_id=operation_id)

    def entries(self, account_id):
        return list(Customer.objects.get(pk=account_id).entries.order_by("pk").values_list("cents", flat=True))


class TestTill(OfBalances, LedgerContract):
    ledger = Till()

    def overcharged(self):
        account = customer(opening=100)
        charge(account, operation_id="contract", cents=50, right=40)
        return account, 10


class TestCustomers(DirectoryContract):
    directory = Customers()

    def account(self, name):
        return customer(name)


class TestShelves(StoreContract):
    pair = shelves
    key = "anna"
    values = ("one and long", "two and long")


class TestTariff(OracleContract):
    oracle = tariff
    seam = quote
    answers = (({"customer": "anna", "grams": 10}, 20), ({"customer": "anna", "grams": 2000}, 2000))
    recorded = (({"customer": "anna", "grams": 2000}, 4000),)


class TestBothSides:
    def test_are_the_same_of_what_is_light(self):
        assert assert_same(quote, customer="anna", grams=10).control == 20

    def test_differ_of_what_is_heavy(self):
        with pytest.raises(SidesDiffer, match="4000 became 2000"):
            assert_same(quote, customer="anna", grams=2000)
