"""The shop's own tests, by Django's runner."""

import threading
from urllib.request import urlopen

from django.db import connection, transaction
from django.test import LiveServerTestCase, SimpleTestCase, TestCase, TransactionTestCase
from quotes.accounts import Customers
from quotes.models import Customer
from quotes.seams import quote
from waffle.testutils import override_flag

from migration_harness.api import Stage, create_flag
from migration_harness.plan import PlannedFlag
from migration_harness.testing import SidesDiffer, flags_at, raise_on_mismatch
from migration_harness.testing.contracts import DirectoryContract

FLAG = PlannedFlag(name="rebates", owner="tests")


def parcel():
    return quote(customer="anna", grams=2000)


def threads():
    return [each.name for each in threading.enumerate() if each.name.startswith("harness")]


@flags_at(rebates="rampdown")
class FlagsTest(SimpleTestCase):
    def test_need_no_database(self):
        self.assertEqual(parcel(), 2000)

    @flags_at(rebates="off")
    async def test_of_a_test_win(self):
        self.assertEqual(parcel(), 4000)


class MismatchTest(TestCase):
    @flags_at(rebates="shadow")
    def test_raises_after_the_transaction(self):
        answers = []
        with self.assertRaisesMessage(SidesDiffer, "4000 became 2000"), raise_on_mismatch():
            with transaction.atomic():
                answers.append(parcel())
                answers.append("the end")
        self.assertEqual(answers, [4000, "the end"])

    @override_flag("rebates", active=True)
    def test_waffles_helper_is_obeyed(self):
        self.assertEqual(parcel(), 2000)


class TrailTest(TransactionTestCase):
    def write(self):
        create_flag(planned=FLAG, baseline=Stage.SHADOW, actor="tests")
        parcel()
        self.assertEqual(threads(), [])

    def test_is_written(self):
        self.write()

    def test_is_written_again(self):
        self.write()


class ServerTest(LiveServerTestCase):
    def test_answers(self):
        create_flag(planned=FLAG, baseline=Stage.SHADOW, actor="tests")
        with urlopen(f"{self.live_server_url}/quote/?customer=anna&grams=10") as answer:
            self.assertEqual(answer.read(), b"20")


class EmptiedTest(TransactionTestCase):
    def test_has_nothing_of_the_others(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM migration_harness_auditevent")
            self.assertEqual(cursor.fetchone(), (0,))


class CustomersTest(DirectoryContract, TestCase):
    directory = Customers()

    def account(self, name):
        return str(Customer.objects.create(name=name).pk)
