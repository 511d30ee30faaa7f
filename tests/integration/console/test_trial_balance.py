"""The page of the trial balance, as operators see it in a browser."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from dashboards.trial_balance.laws import WORDS
from igny8_core.business.billing.models import CreditTransaction
from migration_harness.models import TrialFault, TrialState
from migration_harness.money.trial_balance import check
from migration_harness.money.trial_balance.found import LawName
from tests.people import VIEWER, person

from ..money.bookkeeping import LEDGER, tamper
from .browser import HOSTILE, words

PAGE = reverse("dashboards:trial-balance")


@pytest.fixture
def checked(charge):
    """Books with a charge, which were checked to their end."""
    charge()
    check()


@pytest.fixture
def wrong_entry(checked):
    """An entry that somebody changed past the triggers, and the next tick has found."""
    entry = CreditTransaction.objects.latest("id")
    tamper(LEDGER, f"UPDATE {LEDGER} SET balance_after = balance_after + 1 WHERE id = %s", entry.pk)
    check()
    return entry


def fault(law, number, **changed):
    values = {"key": f"row {number}", "rows": [number], "sentence": f"Row {number} is wrong."} | changed
    return TrialFault.objects.create(law=law, since=timezone.now(), seen_at=timezone.now(), **values)


def laws_in(response):
    rows = BeautifulSoup(response.content, "html.parser").select(".laws tbody tr")
    return {row.b.get_text(): row.select_one(".label").get_text(" ", strip=True) for row in rows}


class TestPage:
    def test_says_that_the_books_balance(self, operator, checked):
        response = operator.get(PAGE)
        assert "✓ The books are balanced Every invariant holds" in words(response)
        assert laws_in(response) == dict.fromkeys(LawName, "✓ holds")

    def test_says_that_nobody_knows_where_nobody_has_looked(self, operator, demo):
        response = operator.get(PAGE)
        assert "? Nobody knows whether the books balance The books were never checked" in words(response)
        assert laws_in(response) == dict.fromkeys(LawName, "? unknown")
        assert "Never checked." in words(response)

    def test_names_a_row_that_somebody_changed(self, operator, wrong_entry):
        response = operator.get(PAGE)
        text, page = words(response), BeautifulSoup(response.content, "html.parser")
        assert "✗ The books do not balance" in text
        assert str(wrong_entry.account.name) in text
        address = reverse("admin:billing_credittransaction_change", args=[wrong_entry.pk])
        assert address in {link["href"] for link in page.select(".broken a")}
        assert operator.get(address).status_code == 200

    def test_takes_no_other_law_for_true_where_nobody_has_looked_lately(self, operator, wrong_entry):
        TrialState.objects.update(checked_at=timezone.now() - timedelta(hours=1))
        response = operator.get(PAGE)
        assert set(laws_in(response).values()) == {"✗ broken", "? unknown"}
        assert "Of the rest nobody knows: The books were checked 1 h ago" in words(response)

    def test_leads_to_the_book_that_a_changed_row_is_of(self, operator, checked):
        fault(LawName.UNCHANGED, 7, key="usage 7")
        fault(LawName.EVIDENCE_CHARGE, 8)
        links = [link["href"] for link in BeautifulSoup(operator.get(PAGE).content, "html.parser").select(".broken a")]
        assert links == [reverse("admin:billing_creditusagelog_change", args=[7])]

    def test_leads_nobody_to_what_they_may_not_see(self, client, wrong_entry):
        client.force_login(person("vera", VIEWER))
        response = client.get(PAGE)
        assert str(wrong_entry.pk) in words(response)
        assert BeautifulSoup(response.content, "html.parser").select(".broken a") == []

    def test_counts_what_it_does_not_show(self, operator, checked):
        for number in range(103):
            fault(LawName.CHAIN, number)
        text = words(operator.get(PAGE))
        assert "Row 0 is wrong. (102 more)" in text
        assert "… and 3 more, newer than these." in text

    def test_says_how_every_row_is_looked_at(self, operator, demo):
        assert "python manage.py harness trial-balance --full" in words(operator.get(PAGE))

    def test_shows_a_service_without_books(self, operator, settings):
        settings.HARNESS = settings.HARNESS | {"BOOKS": ""}
        assert "The host names no books" in words(operator.get(PAGE))

    def test_shows_a_hostile_sentence_as_text(self, operator, checked):
        fault(LawName.CHAIN, 1, sentence=HOSTILE, account_id="1")
        assert HOSTILE not in operator.get(PAGE).content.decode()

    def test_asks_as_many_queries_whatever_is_broken(self, queries_of, wrong_entry):
        few = queries_of(PAGE)
        for number in range(50):
            fault(LawName.CHAIN, number, account_id=str(number))
        assert queries_of(PAGE) == few


def test_every_law_has_its_words():
    assert set(WORDS) == set(LawName)
