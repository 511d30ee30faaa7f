"""The bar on every page, and the way back by it."""

import re
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from igny8_core.auth.models import Account
from migration_harness.accounts import directory
from migration_harness.control import rollback
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.processes import Process
from migration_harness.models import AuditEvent
from migration_harness.queries.live_accounts import _kept
from migration_harness.trail.audit import verified
from tests.people import VIEWER, person, trusted

from .browser import CREDITS, OVERVIEW, flag_page, words

BRAKES, WHY, FIGURES = "/migration/brakes/", "/migration/brakes/why/", "/migration/brakes/figures/"
PART = {"X-Console-Part": "1"}


@pytest.fixture
def everyone(selected):
    change_flag(name=CREDITS, change=FlagChange(share_bps=10_000), actor="bob")


def bar_of(response):
    return BeautifulSoup(response.content, "html.parser").select_one("#brakes")


def told(bar):
    return " ".join(bar.text.split())


def is_rolled_back(name=CREDITS):
    return load_snapshot().flags[name].everyone is False


class TestBar:
    @pytest.mark.parametrize(
        "url", [OVERVIEW, flag_page(), "/migration/criteria/", "/migration/nowhere/", "/migration/phases/4/"]
    )
    def test_is_on_every_page(self, operator, everyone, url):
        page = operator.get(url)
        assert url == "/migration/nowhere/" or "12 of 12 accounts live" in told(bar_of(page))

    def test_offers_the_way_back_of_each_flag_that_has_somebody(self, operator, everyone):
        page = BeautifulSoup(operator.get(OVERVIEW).content, "html.parser")
        offered = [each["aria-label"] for each in page.select(".ways-back a")]
        assert offered == [f"Roll back {CREDITS}", "Roll back model-selection", "Roll back all"]
        # What each opens is in the page already.
        for each in page.select(".ways-back a"):
            assert page.find(id=each["data-opens"]).select_one("button[type=submit]").text == "Roll back now"

    def test_says_what_comes_along_before_the_click(self, operator, everyone):
        page = BeautifulSoup(operator.get(OVERVIEW).content, "html.parser")
        text = " ".join(page.find(id="brake-model-selection").text.split())
        assert "12 accounts go back to the control" in text
        assert f"{CREDITS} comes along." in text

    def test_offers_nothing_where_the_control_answers_everyone(self, operator, demo):
        assert "Nothing to roll back: the control answers everyone." in told(bar_of(operator.get(OVERVIEW)))

    def test_offers_no_way_back_to_who_may_not_go_it(self, client, everyone):
        client.force_login(person("reader", VIEWER, password="x"))
        page = BeautifulSoup(client.get(OVERVIEW).content, "html.parser")
        assert "12 of 12 accounts live" in told(page.select_one("#brakes"))
        assert page.select(".ways-back, dialog") == []

    def test_counts_what_was_charged_off_the_signed_price(self, operator, everyone, charge, wrong_price):
        assert "0 credits at risk" in told(bar_of(operator.get(OVERVIEW)))
        charge()
        assert "5 credits at risk, 1 charge off the signed price" in told(bar_of(operator.get(OVERVIEW)))

    def test_has_nothing_at_risk_where_the_control_answers(self, operator, mismatch):
        assert "✓ 0 credits at risk" in told(bar_of(operator.get(OVERVIEW)))

    def test_has_nothing_at_risk_after_another_step(self, operator, everyone, charge, wrong_price):
        charge()
        change_flag(name=CREDITS, change=FlagChange(share_bps=5_000), actor="bob")
        change_flag(name=CREDITS, change=FlagChange(share_bps=10_000), actor="bob")
        assert "0 credits at risk" in told(bar_of(operator.get(OVERVIEW)))

    def test_is_there_where_the_host_cannot_say_which_accounts_there_are(self, operator, everyone, monkeypatch):
        def all_ids(self):
            raise OSError("the directory is down")

        monkeypatch.setattr(type(directory()), "all_ids", all_ids)
        _kept.clear()
        page = operator.get(BRAKES)
        assert "? accounts live" in told(bar_of(page))
        operator.post(BRAKES, {"flag": CREDITS})
        assert is_rolled_back()

    def test_costs_as_many_queries_for_many_accounts_and_flags(self, queries_of, demo):
        change_flag(name=CREDITS, change=FlagChange(share_bps=1), actor="ada")
        few = queries_of(FIGURES)
        for account in Account.objects.all():
            for name in ("model-selection", CREDITS):
                change_flag(name=name, change=FlagChange(account_id=str(account.pk), membership="on"), actor="ada")
        assert queries_of(FIGURES) == few

    def test_is_a_part_and_not_a_page_where_a_page_asks(self, operator, everyone):
        response = operator.get(FIGURES, headers=PART)
        assert (response["X-Console-Part"], b"<html" in response.content) == ("1", False)
        # Whoever is signed out gets a page, which no page puts into itself.
        assert "X-Console-Part" not in Client().get(FIGURES, headers=PART)


class TestRollback:
    def test_of_one_flag_takes_one_post_and_comes_with_its_proof(self, operator, everyone):
        response = operator.post(BRAKES, {"flag": CREDITS}, headers=PART)
        event = AuditEvent.objects.get(action="roll back")
        assert is_rolled_back()
        assert (response.status_code, event.actor, event.subject, event.reason) == (200, "operator", CREDITS, "")
        assert f"✓ Epoch {event.evidence['epoch']}, in " in words(response)

    def test_of_all_takes_every_flag(self, operator, everyone):
        operator.post(BRAKES, {"all": "on"}, headers=PART)
        flags = load_snapshot().flags.values()
        assert [flag.name for flag in flags if flag.everyone is not False] == []

    def test_of_what_does_not_exist_rolls_nothing_back(self, operator, everyone):
        assert operator.post(BRAKES, {"flag": "typo"}).status_code == 404
        assert operator.post(BRAKES, {"flag": [CREDITS, "typo"]}).status_code == 404
        assert operator.post(BRAKES).status_code == 404
        assert not is_rolled_back()

    def test_by_a_browser_without_scripts_leads_to_the_proof(self, operator, everyone):
        page = operator.post(BRAKES, {"flag": CREDITS}, follow=True)
        assert page.redirect_chain == [(BRAKES, 302)]
        assert re.search(rf"Rolled back: {CREDITS}\. ✓ Epoch \d+, in ", words(page))

    def test_is_proven_to_whoever_looks_next(self, operator, everyone):
        operator.post(BRAKES, {"flag": CREDITS})
        another = Client()
        another.force_login(trusted("bea", password="x"))
        assert f"{CREDITS}, by operator at " in words(another.get(BRAKES))

    def test_of_a_viewer_is_refused(self, client, everyone):
        client.force_login(person("reader", VIEWER, password="x"))
        assert client.post(BRAKES, {"flag": CREDITS}).status_code == 403
        assert not is_rolled_back()

    def test_needs_no_cache(self, operator, everyone, settings):
        dead = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}
        settings.CACHES = {"default": dead}
        assert operator.get(OVERVIEW).status_code == 200
        assert operator.post(BRAKES, {"flag": CREDITS}, headers=PART).status_code == 200
        assert is_rolled_back()

    def test_that_a_process_does_not_obey_is_no_success(self, operator, everyone, monkeypatch):
        original = rollback.roll_back
        late = Process(host="web-1", pid=7, role="web")

        def roll_back(**how):
            proven = original(**how)
            return replace(proven, proof=replace(proven.proof, late=(late,)))

        monkeypatch.setattr("dashboards.brakes.views.roll_back", roll_back)
        response = operator.post(BRAKES, {"flag": CREDITS}, headers=PART)
        assert (response.status_code, f"{late} ✗ no" in words(response)) == (409, True)


class TestReason:
    @pytest.fixture
    def rolled(self, operator, everyone):
        page = BeautifulSoup(operator.post(BRAKES, {"flag": CREDITS}, headers=PART).content, "html.parser")
        return [each["value"] for each in page.select("input[name=rolled]")]

    def test_is_asked_for_afterwards_and_goes_on_the_trail(self, operator, rolled):
        response = operator.post(WHY, {"rolled": rolled, "reason": "a wrong price"}, headers=PART)
        event, epoch = AuditEvent.objects.latest("id"), load_snapshot().flags[CREDITS].epoch
        assert "On the trail: “a wrong price”" in words(response)
        assert (event.action, event.subject, event.actor, event.reason, event.evidence) == (
            "say why", CREDITS, "operator", "a wrong price", {"rolled_back_at_epoch": epoch},
        )  # fmt: skip

    def test_leaves_the_trail_whole(self, operator, rolled):
        operator.post(WHY, {"rolled": rolled, "reason": "a wrong price"})
        verified()

    @pytest.mark.parametrize("made_up", [f"{CREDITS}:999", "typo:1", "x", f"{CREDITS}:-1", f"{CREDITS}:{'9' * 40}", ""])
    def test_of_what_was_not_rolled_back_is_refused(self, operator, rolled, made_up):
        before = AuditEvent.objects.count()
        response = operator.post(WHY, {"rolled": [made_up], "reason": "x"}, headers=PART)
        assert (response.status_code >= 400, AuditEvent.objects.count()) == (True, before)

    def test_that_is_none_is_refused(self, operator, rolled):
        assert "Say why it was rolled back." in words(
            operator.post(WHY, {"rolled": rolled, "reason": " "}, headers=PART)
        )
