"""What was paid too much is looked at, and given back by a second click."""

import pytest
from bs4 import BeautifulSoup

from igny8_core.auth.models import Account
from migration_harness import queries
from migration_harness.approving import answering
from migration_harness.deciding.stages import Stage
from migration_harness.models import AuditEvent
from migration_harness.testing import fixed_flags, flag_at

from ..approving import approve_all, second_person
from ..healing_parts import FLAG, adds_up, balances, cluster, draw, healed, misprice
from .browser import HOSTILE, OVERVIEW, confirm, form_in, words

HEAL = "/migration/heal/"
WEEK = f"{HEAL}?since=7d"


@pytest.fixture
def wrong(demo):
    """One account paid 16 too much for two images, another 17 too little."""
    accounts = list(Account.objects.order_by("pk")[:2])
    misprice()
    with fixed_flags(flag_at(FLAG, Stage.LIVE)):
        draw(accounts[0], "google:4@2", operation_id="a1")
        draw(accounts[0], "google:4@2", operation_id="a2")
        cluster(accounts[1], 34_000, operation_id="b1")
    return accounts


class TestLooking:
    def test_is_led_to_by_the_overview_and_asks_for_a_period(self, operator, demo):
        page = BeautifulSoup(operator.get(OVERVIEW).content, "html.parser")
        assert page.select_one(f'a[href="{HEAL}"]') is not None
        assert "What did the candidate charge too much?" in words(operator.get(HEAL))

    def test_says_what_is_due_and_changes_nothing(self, operator, wrong):
        before, events = balances(), AuditEvent.objects.count()
        said = words(operator.get(WEEK))
        assert "16 credits were paid above the signed price" in said
        assert "16 credits, 0.16 USD, over 2 charges" in said
        assert "17 credits, 0.17 USD, over 1 charge" in said
        assert f"{wrong[0].name} 16 0 0 0 0" in said
        assert (balances(), AuditEvent.objects.count(), healed()) == (before, events, {})

    def test_at_nothing_offers_nothing(self, operator, demo):
        response = operator.get(WEEK)
        assert "Nothing is to be given back" in words(response)
        assert b'method="post" action="/migration/heal/"' not in response.content

    @pytest.mark.parametrize(("query", "said"), [("since=soon", "is no time"), ("account=typo", "There is no account")])
    def test_at_what_cannot_be_read_says_why(self, operator, demo, query, said):
        response = operator.get(f"{HEAL}?{query}")
        assert (response.status_code, said in words(response)) == (400, True)

    def test_shows_a_hostile_name_as_text(self, operator, wrong):
        Account.objects.filter(pk=wrong[0].pk).update(name=HOSTILE)
        assert HOSTILE not in operator.get(WEEK).content.decode()

    def test_costs_the_same_queries_for_many_accounts(self, queries_of, wrong):
        few = queries_of(WEEK)
        with fixed_flags(flag_at(FLAG, Stage.LIVE)):
            for account in Account.objects.all():
                draw(account, "google:4@2", operation_id=f"more-{account.pk}")
        assert queries_of(WEEK) == few


class TestIntendedDifferences:
    @pytest.fixture
    def as_signed(self, demo):
        """One account paid 8 more than the legacy price, another 17 less: both as it was signed."""
        accounts = list(Account.objects.order_by("pk")[:2])
        with fixed_flags(flag_at(FLAG, Stage.LIVE)):
            draw(accounts[0], "google:4@2", operation_id="a")
            cluster(accounts[1], 3_000, operation_id="b")
        return accounts

    def test_are_neither_due_nor_offered(self, operator, as_signed):
        response = operator.get(WEEK)
        assert "Nothing is to be given back" in words(response)
        assert b'name="allow_debits"' not in response.content
        assert b'method="post" action="/migration/heal/"' not in response.content

    def test_against_the_legacy_price_are_said_to_be_meant_and_never_taken(self, operator, as_signed):
        response = operator.get(f"{WEEK}&against=legacy")
        said = words(response)
        assert "8 credits were paid above the legacy price" in said
        assert "what was raised on purpose counts as too much" in said
        assert b'name="allow_debits"' not in response.content

    def test_are_given_back_against_the_legacy_price_where_that_was_shown(self, operator, as_signed):
        before = balances()
        confirm(operator, f"{WEEK}&against=legacy", reason="nobody told the customers")
        assert balances() == before | {as_signed[0].pk: before[as_signed[0].pk] + 8}
        assert AuditEvent.objects.latest("id").after["against"] == "legacy"

    def test_of_another_price_than_was_shown_write_nothing(self, operator, as_signed):
        address, fields = form_in(operator.get(f"{WEEK}&against=legacy"))
        response = operator.post(address, fields | {"against": "signed"})
        assert (response.status_code, healed()) == (409, {})


class TestSecondClick:
    def test_gives_back_what_was_shown(self, operator, wrong):
        before = balances()
        said = words(confirm(operator, WEEK, reason="wrong price"))
        assert "16 credits given back for 2 charges" in said
        assert "2 charges: 16 credits given back, 0 taken" in said
        assert balances() == before | {wrong[0].pk: before[wrong[0].pk] + 16}
        event = AuditEvent.objects.latest("id")
        assert (event.actor, event.action, event.reason) == ("operator", "heal", "wrong price")

    def test_made_twice_gives_back_once(self, operator, wrong):
        address, fields = form_in(operator.get(WEEK))
        operator.post(address, fields)
        after = balances()
        response = operator.post(address, fields)
        assert (response.status_code, balances()) == (409, after)
        assert "It is no longer what was looked at" in words(response)

    def test_of_less_than_is_due_now_writes_nothing(self, operator, wrong):
        address, fields = form_in(operator.get(WEEK))
        response = operator.post(address, fields | {"refund": "15"})
        assert (response.status_code, healed()) == (409, {})

    def test_takes_no_credits_without_a_reason_and_keeps_what_was_entered(self, operator, wrong):
        response = confirm(operator, WEEK, allow_debits="on", reason="")
        assert (response.status_code, "needs a reason" in words(response), healed()) == (400, True, {})

    def test_takes_credits_when_another_person_has_approved_them(self, operator, wrong):
        response = confirm(operator, WEEK, allow_debits="on", reason="agreed")
        (number,) = approve_all()
        assert (response.status_code, f"Approval {number}" in words(response), healed()) == (409, True, {})
        page = BeautifulSoup(operator.get(f"/migration/approvals/{number}/").content, "html.parser")
        (again,) = (each["href"] for each in page.select("a[href^='/migration/heal/?']"))
        confirm(operator, again, allow_debits="on", reason="agreed")
        assert healed() == {"a1": 8, "a2": 8, "b1": -17}
        assert adds_up()

    def test_lets_a_superuser_pass_alone_and_says_so_until_another_signs(self, operator, wrong):
        response = confirm(operator, WEEK, allow_debits="on", reason="customers wait")
        address, fields = form_in(response)
        operator.post(address, fields | {"allow_debits": "on", "reason": "customers wait", "override": "on"})
        assert healed()["b1"] == -17
        assert "1 override is not countersigned" in words(operator.get(OVERVIEW))
        (unsigned,) = queries.not_countersigned()
        answering.countersign(number=unsigned.pk, by=second_person())
        assert "is not countersigned" not in words(operator.get(OVERVIEW))

    def test_without_a_first_one_is_refused(self, operator, wrong):
        response = operator.post(HEAL, {"since": "7d"})
        assert (response.status_code, healed()) == (400, {})
