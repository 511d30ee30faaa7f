"""What holds for every page of the console."""

import re
from html import escape

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from igny8_core.ai.provider_keys import Purpose
from igny8_core.ai.seams import provider_key
from igny8_core.auth.models import Account
from igny8_core.seed import DEMO_KEYS
from migration_harness import queries
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.models import AuditEvent, Flag

from .browser import CREDITS, FLAGS, HOSTILE, KEYS, NOW, OVERVIEW, page_of, record_discrepancies, words

FIGURES = "/migration/brakes/figures/"
QUERIES = {OVERVIEW: 34, NOW: 28, FIGURES: 7}


class TestEveryPage:
    def test_shows_a_hostile_name_as_text(self, operator, charge, wrong_price):
        account = Account.objects.order_by("pk").first()
        Account.objects.filter(pk=account.pk).update(name=HOSTILE)
        change_flag(
            name=CREDITS, change=FlagChange(account_id=str(account.pk), membership="on"), actor=HOSTILE, reason=HOSTILE
        )
        charge(account)
        (found,) = queries.discrepancies()
        flag, event = Flag.objects.get(name=CREDITS), AuditEvent.objects.latest("id")
        for url in (
            FLAGS,
            page_of(found.signature),
            reverse("admin:migration_harness_flag_change", args=[flag.pk]),
            reverse("admin:migration_harness_auditevent_change", args=[event.pk]),
        ):
            html = operator.get(url).content.decode()
            assert HOSTILE not in html, url
            assert escape(HOSTILE) in html, url

    def test_shows_no_key(self, operator, charge, wrong_price, account):
        charge()
        # The control has another key than the candidate: a difference in a secret.
        from igny8_core.business.billing.models import IntegrationProvider

        provider = IntegrationProvider.objects.get(pk="openai")
        provider.api_key = DEMO_KEYS["runware"]
        provider.save()
        provider_key(account=account, provider="openai", purpose=Purpose.TEXT)
        found = queries.discrepancies()
        assert {d.seam for d in found} == {"credits.text", "keys.provider_key"}
        for url in (OVERVIEW, *(page_of(d.signature) for d in found)):
            html = operator.get(url).content.decode()
            assert [key for key in DEMO_KEYS.values() if key in html] == []

    @pytest.mark.legacy
    def test_shows_fingerprints_in_place_of_keys(self, operator, account):
        from igny8_core.business.billing.models import IntegrationProvider

        provider = IntegrationProvider.objects.get(pk="openai")
        provider.api_key = DEMO_KEYS["runware"]
        provider.save()
        provider_key(account=account, provider="openai", purpose=Purpose.TEXT)
        (found,) = queries.discrepancies()
        assert len(set(re.findall(r"sha:[0-9a-f]+", words(operator.get(page_of(found.signature)))))) == 2


class TestIcon:
    """A browser asks for one with each page; one that is not there is an error in its log."""

    def test_is_named_by_every_page_and_is_there(self, operator, demo):
        for url in (OVERVIEW, "/migration/criteria/", "/migration/phases/4/", "/admin/", "/admin/login/"):
            page = BeautifulSoup(operator.get(url, follow=True).content, "html.parser")
            assert operator.get(page.select_one('link[rel="icon"]')["href"]).status_code == 200, url

    def test_is_found_where_a_browser_looks_by_itself(self, client, db):
        found = client.get("/favicon.ico", follow=True)
        assert (found.status_code, found["Content-Type"]) == (200, "image/svg+xml")


class TestQueries:
    def test_of_the_overview_and_its_parts_are_these(self, queries_of, demo):
        # What each costs is pinned: a query more is one for every page, or for every second.
        change_flag(name=CREDITS, change=FlagChange(share_bps=1), actor="ada")
        assert {url: queries_of(url) for url in QUERIES} == QUERIES

    def test_of_the_overview_do_not_grow_with_discrepancies(self, queries_of, demo):
        accounts = list(Account.objects.order_by("pk"))
        record_discrepancies(range(3), accounts[:1])
        few = queries_of(OVERVIEW)
        record_discrepancies(range(3, 30), accounts)
        assert queries_of(OVERVIEW) == few

    def test_of_the_overview_do_not_grow_with_flags_and_members(self, queries_of, demo):
        few = queries_of(OVERVIEW)
        for account in Account.objects.all():
            for name in (CREDITS, KEYS):
                change_flag(name=name, change=FlagChange(account_id=str(account.pk), membership="on"), actor="ada")
        assert queries_of(OVERVIEW) - few <= 1  # The names of accounts, asked for at once.

    @pytest.mark.legacy
    def test_of_a_discrepancy_do_not_grow_with_calls_and_accounts(self, queries_of, charge, wrong_price):
        charge()
        (found,) = queries.discrepancies()
        few = queries_of(page_of(found.signature))
        for account in Account.objects.all():
            charge(account)
            charge(account)
        assert queries_of(page_of(found.signature)) == few

    def test_of_the_flags_in_the_admin_do_not_grow_with_members(self, queries_of, demo):
        url = reverse("admin:migration_harness_flag_changelist")
        few = queries_of(url)
        for account in Account.objects.all():
            change_flag(name=CREDITS, change=FlagChange(account_id=str(account.pk), membership="on"), actor="ada")
        assert queries_of(url) == few
