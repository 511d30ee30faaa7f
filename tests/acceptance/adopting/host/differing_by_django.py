"""Tests of the shop in which both sides differ, by Django's runner, where the settings have that raised."""

from django.db import transaction
from django.test import SimpleTestCase, TestCase
from quotes.seams import quote

from migration_harness.testing import flags_at


@flags_at(rebates="shadow")
class DifferingTest(TestCase):
    def test_fails(self):
        quote(customer="anna", grams=2000)

    def test_fails_after_its_transaction(self):
        with transaction.atomic():
            quote(customer="anna", grams=2000)
        raise ZeroDivisionError("The transaction is over, and nothing was raised.")


@flags_at(rebates="shadow")
class WithoutDatabaseTest(SimpleTestCase):
    def test_fails(self):
        quote(customer="anna", grams=2000)
