"""What was paid too much, asked for and given back by a program."""

import pytest

from igny8_core.auth.models import Account
from migration_harness.deciding.stages import Stage
from migration_harness.models import AuditEvent
from migration_harness.testing import fixed_flags, flag_at

from ..approving import approve_all
from ..healing_parts import FLAG, balances, cluster, draw, healed, misprice
from .clients import API, error_of

HEAL = f"{API}heal/"


@pytest.fixture
def wrong(operator):
    """One account paid 8 too much, another 17 too little."""
    accounts = list(Account.objects.order_by("pk")[:2])
    misprice()
    with fixed_flags(flag_at(FLAG, Stage.LIVE)):
        draw(accounts[0], "google:4@2", operation_id="a1")
        cluster(accounts[1], 34_000, operation_id="b1")
    return accounts


def due(client, **query):
    return client.get(HEAL, query).json()["data"]


def body(found, **more):
    return {"until": found["until"], "refund": found["totals"]["overpaid"]} | more


def heal(client, **fields):
    return client.post(HEAL, fields, format="json")


class TestDryRun:
    def test_names_what_is_due_by_account(self, operator, wrong):
        found = due(operator)
        assert (found["flag"], found["charges"], found["more_accounts"]) == (FLAG, {"direct": 2}, 0)
        assert (found["totals"]["overpaid"], found["totals"]["underpaid"]) == (8, 17)
        assert found["usd"] == {"overpaid": "0.08", "underpaid": "0.17", "unknown": "0"}
        assert [each["account_id"] for each in found["accounts"]] == [str(account.pk) for account in wrong]
        assert healed() == {}

    def test_is_of_one_account_where_that_is_asked(self, operator, wrong):
        assert due(operator, account=wrong[1].name)["totals"]["overpaid"] == 0

    @pytest.mark.parametrize(
        ("query", "status", "code"),
        [({"account": "typo"}, 404, "unknown_account"), ({"since": "soon"}, 400, "invalid"),
         ({"since": "2026-02-01T00:00Z", "until": "2026-01-01T00:00Z"}, 400, "invalid_change")],
        ids=["account", "time", "empty period"],
    )  # fmt: skip
    def test_refuses_what_it_cannot_answer(self, operator, wrong, query, status, code):
        response = operator.get(HEAL, query)
        assert (response.status_code, error_of(response)["code"]) == (status, code)


class TestAgainst:
    @pytest.fixture
    def as_signed(self, operator):
        """One account paid 8 more than the legacy price, another 17 less: both as it was signed."""
        accounts = list(Account.objects.order_by("pk")[:2])
        with fixed_flags(flag_at(FLAG, Stage.LIVE)):
            draw(accounts[0], "google:4@2", operation_id="a")
            cluster(accounts[1], 3_000, operation_id="b")
        return accounts

    @pytest.mark.parametrize(
        ("query", "against", "overpaid"),
        [({}, "signed", 0), ({"against": "signed"}, "signed", 0), ({"against": "legacy"}, "legacy", 8)],
    )
    def test_is_said_and_nothing_that_was_meant_is_to_be_taken(self, operator, as_signed, query, against, overpaid):
        found = due(operator, **query)
        assert (found["against"], f"Against the {against} price" in found["meaning"]) == (against, True)
        assert (found["totals"]["overpaid"], found["totals"]["underpaid"]) == (overpaid, 0)

    def test_is_that_of_the_dry_run_or_nothing_is_written(self, operator, as_signed):
        sent = body(due(operator, against="legacy"))
        assert (heal(operator, **sent).status_code, healed()) == (409, {})
        assert heal(operator, **sent, against="legacy").json()["data"]["refunds"]["credits"] == 8
        assert healed() == {"a": 8}

    def test_refuses_a_price_that_there_is_not(self, operator, as_signed):
        for response in (operator.get(HEAL, {"against": "x"}), heal(operator, **body(due(operator)), against="x")):
            assert (response.status_code, error_of(response)["code"]) == (400, "invalid")

    def test_takes_no_difference_that_was_meant(self, operator, as_signed):
        for against in ("signed", "legacy"):
            sent = body(due(operator, against=against), allow_debits=True, debit=17, reason="x")
            assert heal(operator, **sent, against=against).status_code == 409
            assert heal(operator, **sent | {"debit": 0}, against=against).json()["data"]["debits"]["credits"] == 0


class TestHealing:
    def test_gives_back_what_the_dry_run_named(self, operator, wrong):
        before = balances()
        response = heal(operator, **body(due(operator)), reason="wrong price")
        found = response.json()
        assert found["data"]["refunds"] == {"entries": 1, "charges": 1, "credits": 8}
        assert found["message"].startswith("8 credits given back for 1 charge.")
        assert balances() == before | {wrong[0].pk: before[wrong[0].pk] + 8}
        event = AuditEvent.objects.latest("id")
        assert (event.actor, event.action, event.reason) == ("ada", "heal", "wrong price")

    def test_sent_again_gives_back_nothing(self, operator, wrong):
        sent = body(due(operator))
        heal(operator, **sent)
        after = balances()
        response = heal(operator, **sent)
        assert (response.status_code, error_of(response)["code"], balances()) == (409, "due_changed", after)

    @pytest.mark.parametrize(
        ("more", "status", "why"),
        [
            ({"allow_debits": True, "debit": 17, "reason": "x", "approver": "bob"}, 400, "approver"),
            ({"allow_debits": True, "debit": 17, "reason": "x"}, 409, "needs two people"),
            ({"allow_debits": True, "debit": 17, "reason": "x", "override": True}, 403, "override"),
            ({"allow_debits": True, "debit": 17}, 400, "reason"),
            ({"allow_debits": True, "debit": 16, "reason": "x"}, 409, "17 to take"),
            ({"allow_debits": True, "reason": "x"}, 400, "debit"),
            ({"debit": 17}, 400, "allow_debits"),
        ],
        ids=["a name", "one person", "no superuser", "no reason", "another amount", "no amount", "not allowed"],
    )
    def test_takes_nothing_without_what_that_needs(self, operator, wrong, more, status, why):
        response = heal(operator, **body(due(operator), **more))
        assert (response.status_code, why in response.json()["message"], healed()) == (status, True, {})

    def test_takes_what_was_too_little_when_another_person_has_approved_it(self, operator, wrong):
        sent = body(due(operator), allow_debits=True, debit=17, reason="agreed")
        asked = heal(operator, **sent).json()
        assert asked["error"]["code"] == "approval_awaited"
        assert approve_all() == [asked["data"]["approval"]]
        assert heal(operator, **sent).json()["data"]["debits"] == {"entries": 1, "charges": 1, "credits": 17}
        assert healed() == {"a1": 8, "b1": -17}
