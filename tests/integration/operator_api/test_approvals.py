"""What needs two people, asked and answered by programs with a person's token."""

import pytest

from igny8_core.auth.models import Account
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import ApprovalAwaited
from migration_harness.models import Approval
from migration_harness.testing import fixed_flags, flag_at

from ..authority.people import user
from ..healing_parts import FLAG, cluster, misprice
from ..money.healing import heal_all
from .clients import API, error_of, with_session, with_token

LIST = f"{API}approvals/"


@pytest.fixture
def owing(demo):
    account = Account.objects.order_by("pk").first()
    misprice()
    with fixed_flags(flag_at(FLAG, Stage.LIVE)):
        cluster(account, 34_000, operation_id="b1")
    return account


@pytest.fixture
def number(owing):
    with pytest.raises(ApprovalAwaited) as error:
        heal_all(actor="ada", allow_debits=True, reason="x")
    return error.value.number


@pytest.fixture
def bob(db):
    return with_token(user("bob", "approver"))


def answer(client, number, decision, **fields):
    return client.post(f"{LIST}{number}/answer/", {"decision": decision, **fields}, format="json")


class TestApprovals:
    def test_are_listed_by_state(self, bob, number):
        (found,) = bob.get(LIST, {"state": "asked"}).json()["results"]
        assert (found["number"], found["act"], found["asked_by"]) == (number, "debit", "ada")
        assert bob.get(LIST, {"state": "not countersigned"}).json()["count"] == 0
        assert bob.get(LIST, {"flag": "another"}).json()["count"] == 0

    def test_say_exactly_what_was_asked_and_what_has_changed(self, bob, number, owing):
        found = bob.get(f"{LIST}{number}/").json()["data"]
        assert (found["numbers"]["credits"], found["changed"]) == (17, [])
        assert found["numbers"][f"account {owing.pk}"] == "17 credits for 1 charge"
        with fixed_flags(flag_at(FLAG, Stage.LIVE)):
            cluster(owing, 34_000, operation_id="b2")
        assert "credits: 17 → 34" in bob.get(f"{LIST}{number}/").json()["data"]["changed"]

    @pytest.mark.parametrize("sign_in", [with_token, with_session], ids=["token", "session"])
    def test_are_given_by_another_person(self, number, sign_in):
        found = answer(sign_in(user("bob", "approver")), number, "approve").json()
        assert (found["data"]["state"], found["data"]["answered_by"]) == ("approved", "bob")

    def test_are_not_given_to_oneself_by_token(self, number):
        response = answer(with_token(user("Ada", "approver")), number, "approve")
        assert (response.status_code, error_of(response)["code"]) == (409, "second_person_needed")

    def test_that_have_changed_are_void(self, bob, number, owing):
        with fixed_flags(flag_at(FLAG, Stage.LIVE)):
            cluster(owing, 34_000, operation_id="b2")
        response = answer(bob, number, "approve")
        assert (response.status_code, response.json()["error"]["code"]) == (409, "approval_void")
        assert Approval.objects.get().state == "void"

    @pytest.mark.parametrize("role", ["viewer", "operator"])
    def test_need_the_permission(self, number, role):
        assert answer(with_token(user("dan", role)), number, "approve").status_code == 403

    def test_are_answered_once(self, bob, number):
        answer(bob, number, "refuse", reason="no")
        response = answer(bob, number, "approve")
        assert (response.status_code, error_of(response)["code"]) == (409, "approval_decided")

    def test_that_are_not_there_are_told(self, bob):
        assert error_of(bob.get(f"{LIST}77/"))["code"] == "unknown_approval"
