"""A difference fails the test that made it, when the caller has its answer, and never in a transaction half done."""

import threading
import unittest
from contextlib import suppress
from datetime import date

import pytest
from django.db import transaction
from django.test import TestCase

from migration_harness.api import Charge, Rule, Secret, charge, settle
from migration_harness.deciding.source import decide
from migration_harness.log.recorder import Buffer
from migration_harness.models import Comparison
from migration_harness.seams.seam import Seam
from migration_harness.testing import SidesDiffer, expect_mismatch, flags_at, raise_on_mismatch
from tests.trial_flag import FLAG as STORED
from tests.trial_flag import create_trial_flag

from .conftest import FLAG

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _compared():
    with flags_at({FLAG: "shadow"}):
        yield


@pytest.fixture
def quote(make_seam):
    return make_seam()


def differs(*, account, grams):
    return grams


def fails(*, account, grams):
    raise ZeroDivisionError("a key: sk-12345")


class TestText:
    def test_names_seam_call_both_values_and_the_field(self, quote):
        with pytest.raises(SidesDiffer) as raised, raise_on_mismatch():
            quote(account="7", grams=5)
        assert str(raised.value).splitlines() == [
            'trial.quote(account="7", grams=5): mismatch',
            "  control    10",
            "  candidate  5",
            "  differs    result: 10 became 5, another value",
        ]

    def test_names_the_differing_fields_of_what_has_many(self, make_seam):
        quote = make_seam(
            control=lambda *, account, grams: {"cents": 10, "lines": [1, 2]},
            candidate=lambda *, account, grams: {"cents": 10, "lines": [1, 3]},
        )
        with pytest.raises(SidesDiffer, match=r"differs    result\.lines\[1\]: 2 became 3"), raise_on_mismatch():
            quote(account="7", grams=5)

    def test_says_what_only_one_side_has(self, make_seam):
        quote = make_seam(
            control=lambda *, account, grams: {"cents": 10, "tax": 2},
            candidate=lambda *, account, grams: {"cents": 10, "days": None},
        )
        with pytest.raises(SidesDiffer) as raised, raise_on_mismatch():
            quote(account="7", grams=5)
        assert {line for line in str(raised.value).splitlines() if "differs" in line} == {
            "  differs    result.tax: 2 is missing",
            "  differs    result.days: null is extra",
        }

    def test_has_a_secret_by_its_fingerprint(self, make_seam):
        old, new = Secret("sk-old-and-long"), Secret("sk-new-and-long")
        quote = make_seam(control=lambda *, account, grams: old, candidate=lambda *, account, grams: new)
        with pytest.raises(SidesDiffer) as raised, raise_on_mismatch():
            quote(account=Secret("sk-of-the-call"), grams=5)
        assert [word in str(raised.value) for word in (old.fingerprint, new.fingerprint, "sk-")] == [True, True, False]

    def test_has_the_class_of_an_error_and_not_its_words(self, make_seam):
        quote = make_seam(fails)
        with pytest.raises(SidesDiffer) as raised, raise_on_mismatch():
            quote(account="7", grams=5)
        assert ("candidate_error" in str(raised.value), "sk-12345" in str(raised.value)) == (True, False)
        assert 'candidate  "raised ZeroDivisionError"' in str(raised.value)


class TestVerdict:
    def test_that_agrees_raises_nothing(self, make_seam):
        quote = make_seam(lambda *, account, grams: grams * 2)
        with raise_on_mismatch():
            assert quote(account="7", grams=5) == 10

    @pytest.fixture
    def explained(self, make_seam):
        return make_seam(
            explain=[
                Rule(
                    name="half", reason="it is", owner="us", expires=date(2999, 1, 1), covers=lambda *_: True,
                )
            ]
        )  # fmt: skip

    def test_that_is_explained_raises_on_wish(self, explained):
        with raise_on_mismatch():
            explained(account="7", grams=5)
        with pytest.raises(SidesDiffer, match=r"intended \(half\)"), raise_on_mismatch(explained=True):
            explained(account="7", grams=5)

    def test_that_is_allowed_raises_nothing(self, quote):
        with raise_on_mismatch(allowed=["mismatch"]):
            assert quote(account="7", grams=5) == 10

    def test_of_a_side_effect_raises(self, make_seam):
        def writes(*, account, grams):
            create_trial_flag()
            return grams * 2

        quote = make_seam(writes)
        with pytest.raises(SidesDiffer, match="blocked"), raise_on_mismatch():
            quote(account="7", grams=5)

    def test_that_was_caught_is_raised_at_the_end(self, quote):
        with pytest.raises(SidesDiffer, match="mismatch"), raise_on_mismatch():
            with suppress(AssertionError):
                quote(account="7", grams=5)

    @pytest.mark.django_db(transaction=True)
    def test_of_another_thread_is_raised_at_the_end(self, make_seam):
        quote = make_seam(lambda *, account, grams: grams)
        caught = []

        def call():
            try:
                quote(account="7", grams=5)
            except SidesDiffer as error:
                caught.append(error)

        with pytest.raises(SidesDiffer, match="mismatch"), raise_on_mismatch():
            thread = threading.Thread(target=call)
            thread.start()
            thread.join()
        assert len(caught) == 1

    def test_gives_way_to_what_the_test_raises_itself(self, quote):
        with pytest.raises(ZeroDivisionError), raise_on_mismatch():
            with pytest.raises(SidesDiffer):
                quote(account="7", grams=5)
            raise ZeroDivisionError


class TestExpected:
    def test_difference_passes_and_is_given(self, quote):
        with raise_on_mismatch(), expect_mismatch() as found:
            assert quote(account="7", grams=5) == 10
        assert [(each.seam, each.control, each.candidate) for each in found] == [("trial.quote", 10, 5)]

    def test_difference_that_does_not_come_fails(self):
        with pytest.raises(AssertionError, match="Nothing that was compared here differed"), expect_mismatch():
            pass

    def test_ends_with_its_block(self, quote):
        with pytest.raises(SidesDiffer), raise_on_mismatch():
            with expect_mismatch():
                quote(account="7", grams=5)
            quote(account="7", grams=6)


class TestTransaction:
    def test_is_over_before_anything_is_raised(self, quote):
        reached = []
        with pytest.raises(SidesDiffer), raise_on_mismatch():
            with transaction.atomic():
                with transaction.atomic():
                    reached.append(quote(account="7", grams=5))
                create_trial_flag()
                reached.append("the end of the transaction")
            reached.append("what comes after it")
        assert reached == [10, "the end of the transaction"]
        assert decide(STORED, "7").stage == "shadow"

    def test_that_fails_raises_what_failed(self, quote):
        with pytest.raises(ZeroDivisionError), raise_on_mismatch(), transaction.atomic():
            quote(account="7", grams=5)
            raise ZeroDivisionError

    def test_evidence_is_in_the_log(self, quote):
        with pytest.raises(SidesDiffer), raise_on_mismatch(), transaction.atomic():
            quote(account="7", grams=5)
        assert [each.verdict for each in Comparison.objects.all()] == ["mismatch"]


class TestCharge:
    @pytest.fixture
    def price(self, make_seam):
        return make_seam(money=True, measure="cents")

    def test_is_made_before_anything_is_raised(self, price):
        reached = []
        with pytest.raises(SidesDiffer, match="10 became 5"), raise_on_mismatch():
            with charge(operation_id="one"):
                reached.append(price(account="7", grams=5))
                reached.append("the ledger")
            reached.append("what comes after it")
        assert reached == [10, "the ledger"]

    def test_of_one_statement_is_written_before_anything_is_raised(self, price):
        written = []

        def write(made: Charge, cents):
            written.append((made.operation_id, cents))
            return cents

        with pytest.raises(SidesDiffer, match="10 became 5"), raise_on_mismatch():
            settle(operation_id="one", price=lambda: price(account="7", grams=5), write=write)
        assert written == [("one", 10)]


class TestDeferred:
    def test_is_compared_at_once(self, make_seam):
        quote = make_seam(deferred=True)
        with pytest.raises(SidesDiffer, match="10 became 5"), raise_on_mismatch():
            quote(account="7", grams=5)

    def test_raises_where_a_call_cannot_be_carried(self, make_seam):
        quote = make_seam(lambda *, account, grams: grams * 2, deferred=True)
        with pytest.raises(SidesDiffer, match="cannot be deferred: "), raise_on_mismatch():
            quote(account=object(), grams=5)

    def test_answers_where_both_agree(self, make_seam):
        quote = make_seam(lambda *, account, grams: grams * 2, deferred=True)
        with raise_on_mismatch():
            assert quote(account="7", grams=5) == 10


class TestBreaker:
    def test_stays_closed_however_often_a_candidate_fails(self, make_seam):
        quote = make_seam(fails)
        with expect_mismatch() as found:
            for grams in range(20):
                quote(account="7", grams=grams)
        assert (len(found), quote.is_tripped) == (20, False)


class TestDecorated:
    def test_function(self, quote):
        with pytest.raises(SidesDiffer):
            raise_on_mismatch()(quote)(account="7", grams=5)

    def test_class_of_django_fails_each_test_that_differs(self, quote):
        @raise_on_mismatch()
        class Quotes(TestCase):
            databases = frozenset({"default"})

            def test_differs(self):
                quote(account="7", grams=5)

            async def test_differs_in_a_coroutine(self):
                quote(account="7", grams=5)

            def test_is_none_of_it(self):
                pass

        result = unittest.TestResult()
        unittest.defaultTestLoader.loadTestsFromTestCase(Quotes).run(result)
        names = sorted(test._testMethodName for test, _ in result.failures)
        assert (result.testsRun, names, result.errors) == (3, ["test_differs", "test_differs_in_a_coroutine"], [])

    def test_class_of_pytest_fails_each_test_that_differs(self, quote):
        @raise_on_mismatch()
        class Quotes:
            def test_differs(self):
                quote(account="7", grams=5)

        with pytest.raises(SidesDiffer):
            Quotes().test_differs()


class TestAfterwards:
    def test_nothing_is_left_of_it(self, quote):
        before = (Seam.perhaps_compared, Buffer.add, transaction.Atomic.__exit__)
        with raise_on_mismatch(), expect_mismatch():
            quote(account="7", grams=5)
            during = (Seam.perhaps_compared, Buffer.add, transaction.Atomic.__exit__)
        assert [was is now for was, now in zip(before, during, strict=True)] == [False] * 3
        assert (Seam.perhaps_compared, Buffer.add, transaction.Atomic.__exit__) == before
