"""What needs two people on the console: what was asked, what has changed since, and a person's answer."""

import pytest
from bs4 import BeautifulSoup
from django.db import transaction
from django.urls import reverse

from dashboards.approval_rows import SHOWN
from igny8_core.auth.models import Account, User
from migration_harness.authority.persons import acting
from migration_harness.authority.taking import take, two_people
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import ApprovalAwaited
from migration_harness.models import Approval, AuditEvent
from migration_harness.testing import fixed_flags, flag_at

from ..authority.people import asked, user
from ..healing_parts import FLAG, cluster, misprice
from ..money.healing import heal_all
from .browser import HOSTILE, OVERVIEW, confirm, words

LIST = "/migration/approvals/"


@pytest.fixture
def owing(demo):
    accounts = list(Account.objects.order_by("pk")[:2])
    misprice()
    with fixed_flags(flag_at(FLAG, Stage.LIVE)):
        cluster(accounts[0], 34_000, operation_id="b1")
    return accounts[0]


@pytest.fixture
def number(owing):
    """Somebody asked to take 17 credits."""
    with pytest.raises(ApprovalAwaited) as error:
        heal_all(actor="ada", allow_debits=True, reason=HOSTILE)
    return error.value.number


def sign_in(client, name="bob", role="approver"):
    client.force_login(user(name, role))
    return client


def answer(client, number, decision, **fields):
    return confirm(client, reverse("dashboards:answer", args=[number]) + f"?decision={decision}", **fields)


def ask(several):
    """Have each of these asked of a second person."""
    for each in several:
        with pytest.raises(ApprovalAwaited), two_people(by=acting("ada")), transaction.atomic():
            take(each, by=acting("ada"))


class TestTheList:
    def test_is_led_to_by_the_overview_and_says_when_there_is_nothing(self, operator, demo):
        assert LIST in operator.get(OVERVIEW).content.decode()
        assert "Nothing has needed a second person yet" in words(operator.get(LIST))

    def test_says_what_waits_for_whom(self, client, number):
        page = sign_in(client).get(LIST)
        assert "Take 17 credits (0.17 USD) from 1 account" in words(page)
        offered = {each.text for each in BeautifulSoup(page.content, "html.parser").select("a.act")}
        assert offered >= {"Approve…", "Refuse…"}
        assert HOSTILE not in page.content.decode()
        assert "1 approval is awaited" in words(client.get(OVERVIEW))

    def test_offers_whoever_asked_nothing_but_to_withdraw(self, client, number):
        page = sign_in(client, "ada", "operator").get(LIST)
        offered = {each.text for each in BeautifulSoup(page.content, "html.parser").select("table a.act")}
        assert offered == {"Withdraw…"}

    def test_costs_the_same_queries_for_many(self, queries_of, number):
        few = queries_of(LIST)
        ask(asked(f"flag-{index}") for index in range(10))
        assert queries_of(LIST) == few


class TestThoseOfAFlag:
    @pytest.mark.parametrize("address", ["dashboards:flag", "dashboards:rollout"])
    def test_are_shown_up_to_ten_and_the_others_are_led_to(self, operator, queries_of, demo, address):
        there = reverse(address, args=[FLAG])
        few = queries_of(there)
        ask(asked(FLAG, since=f"2026-11-{day:02}") for day in range(1, SHOWN + 3))
        card = BeautifulSoup(operator.get(there).content, "html.parser").select_one("table.approvals")
        assert len(card.select("tbody tr")) == SHOWN
        assert "… and 2 more: all approvals" in " ".join(card.parent.get_text(" ").split())
        assert queries_of(there) == few


class TestAnApproval:
    def test_shows_exactly_what_was_asked(self, client, number, owing):
        said = words(sign_in(client).get(f"{LIST}{number}/"))
        for part in (owing.name, "17 credits for 1 charge", "against signed", "asked", Approval.objects.get().digest):
            assert part in said
        assert "No longer what was asked" not in said

    def test_says_what_has_changed_since(self, client, number, owing):
        with fixed_flags(flag_at(FLAG, Stage.LIVE)):
            cluster(owing, 34_000, operation_id="b2")
        said = words(sign_in(client).get(f"{LIST}{number}/"))
        assert "No longer what was asked" in said
        assert "credits: 17 → 34" in said

    def test_that_does_not_exist_is_told(self, operator, demo):
        page = operator.get(f"{LIST}77/")
        assert (page.status_code, "There is no approval 77" in words(page)) == (404, True)


class TestAnAnswer:
    def test_is_a_persons_own(self, client, number):
        page = answer(sign_in(client), number, "approve", reason="as agreed")
        assert f"Approval {number} is approved." in words(page)
        row = Approval.objects.get()
        assert (row.state, row.approver, row.said) == ("approved", "bob", "as agreed")

    def test_shows_what_was_asked_before_it_is_given(self, client, number):
        said = words(sign_in(client).get(reverse("dashboards:answer", args=[number]) + "?decision=approve"))
        assert "17 credits for 1 charge" in said
        assert "Changed since nothing" in said

    @pytest.mark.parametrize(("name", "status"), [("ada", 409), ("ADA", 409)])
    def test_is_not_given_to_oneself(self, client, number, name, status):
        page = answer(sign_in(client, name), number, "approve", reason="")
        assert (page.status_code, "another person has to answer" in words(page)) == (status, True)

    @pytest.mark.parametrize("role", ["operator", "viewer"])
    def test_needs_the_permission(self, client, number, role):
        url = reverse("dashboards:answer", args=[number])
        page = sign_in(client, "dan", role).post(url, {"decision": "approve", "reason": ""})
        assert (page.status_code, Approval.objects.get().state) == (403, "asked")

    def test_to_what_has_changed_is_refused(self, client, number, owing):
        with fixed_flags(flag_at(FLAG, Stage.LIVE)):
            cluster(owing, 34_000, operation_id="b2")
        page = answer(sign_in(client), number, "approve", reason="")
        assert (page.status_code, "credits: 17 → 34" in words(page)) == (409, True)
        assert Approval.objects.get().state == "void"

    def test_of_no_needs_a_reason(self, client, number):
        page = answer(sign_in(client), number, "refuse", reason="")
        assert (page.status_code, Approval.objects.get().state) == (400, "asked")
        answer(client, number, "refuse", reason="too much")
        assert (Approval.objects.get().state, AuditEvent.objects.latest("id").reason) == ("refused", "too much")

    def test_is_not_taken_from_somebody_who_left_since(self, client, number):
        sign_in(client)
        url = reverse("dashboards:answer", args=[number])
        User.objects.filter(username="bob").update(is_active=False)
        assert client.post(url, {"decision": "approve", "reason": ""}).status_code in (302, 403)
        assert Approval.objects.get().state == "asked"
