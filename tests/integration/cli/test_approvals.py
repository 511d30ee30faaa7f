"""What needs two people at a prompt: asked by one, approved with another's own password or token."""

import io
import json

import pytest

from igny8_core.auth.models import Account
from migration_harness.authority import proving
from migration_harness.authority.actors import Origin, of_user
from migration_harness.deciding.stages import Stage
from migration_harness.models import Approval
from migration_harness.testing import fixed_flags, flag_at
from tests.people import person

from ..healing_parts import FLAG, cluster, healed, misprice

PASSWORD = "a long enough password"
TAKING = ("heal", "--write", "--yes", "--allow-debits", "--reason", "agreed")


@pytest.fixture
def owing(demo):
    account = Account.objects.order_by("pk").first()
    misprice()
    with fixed_flags(flag_at(FLAG, Stage.LIVE)):
        cluster(account, 34_000, operation_id="b1")
    return account


@pytest.fixture
def types(monkeypatch):
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(f"{text}\n"))


@pytest.fixture
def take(harness, types):
    def take(*more):
        """Take credits as ada, who shows that it is her."""
        types(PASSWORD)
        return harness(*TAKING, "--as", "ada", "--password-stdin", *more)

    return take


@pytest.fixture
def number(owing, take):
    person("ada", "Migration operator", password=PASSWORD)
    assert take()[0] == 3
    return str(Approval.objects.get().pk)


def state():
    return Approval.objects.get().state


class TestApprovals:
    def test_say_when_nothing_waits(self, demo, harness):
        assert harness("approvals")[:2] == (0, "Nothing waits for a second person.\n")

    def test_are_listed_and_shown_with_what_was_asked(self, number, harness, owing):
        assert "Take 17 credits" in " ".join(harness("approvals")[1].split())
        (listed,) = json.loads(harness("approvals", "list", "--json")[1])
        shown = json.loads(harness("approvals", "show", number, "--json")[1])
        assert (listed["state"], listed["asked_by"], shown["changed"]) == ("asked", "ada", [])
        assert f"account {owing.pk}" in harness("approvals", "show", number)[1]

    def test_are_given_with_ones_own_password_and_then_it_goes_through_once(self, number, harness, types, take):
        person("bob", "Migration approver", password=PASSWORD)
        types(PASSWORD)
        code, out, _ = harness("approvals", "approve", number, "--as", "bob", "--password-stdin")
        assert (code, f"Approval {number} is approved" in out, state()) == (0, True, "approved")
        assert take()[0] == 0
        assert (healed(), state()) == ({"b1": -17}, "used")

    @pytest.mark.parametrize("typed", ["wrong", ""])
    def test_are_not_given_with_another_password(self, number, harness, types, typed):
        person("bob", "Migration approver", password=PASSWORD)
        types(typed)
        assert harness("approvals", "approve", number, "--as", "bob", "--password-stdin")[0] == 3
        assert state() == "asked"

    def test_are_not_given_by_a_name_alone(self, number, harness):
        person("bob", "Migration approver", password=PASSWORD)
        assert harness("approvals", "approve", number, "--as", "bob")[0] in (2, 3)
        assert harness("approvals", "approve", number)[0] == 3
        assert state() == "asked"

    def test_are_not_given_by_whoever_asked(self, number, harness, types):
        person("Ada", "Migration approver", password=PASSWORD)
        types(PASSWORD)
        code, _, err = harness("approvals", "approve", number, "--as", "Ada", "--password-stdin")
        assert (code, "was asked by ada" in err, state()) == (2, True, "asked")

    def test_are_given_with_ones_own_token(self, number, harness, monkeypatch):
        bob = person("bob", "Migration approver")
        known = {"the token of bob": of_user(bob, origin=Origin.TOKEN)}
        monkeypatch.setattr(proving, "token_owners", [known.get])
        monkeypatch.setenv("HARNESS_TOKEN", "another")
        assert harness("approvals", "approve", number)[0] == 3
        monkeypatch.setenv("HARNESS_TOKEN", "the token of bob")
        assert harness("approvals", "approve", number)[0] == 0
        assert Approval.objects.get().approver == "bob"

    def test_are_refused_with_a_reason_and_withdrawn_by_whoever_asked(self, number, harness, types):
        assert harness("approvals", "withdraw", number, "--as", "ada")[0] == 0
        assert state() == "withdrawn"
        person("bob", "Migration approver", password=PASSWORD)
        types(PASSWORD)
        code, _, err = harness("approvals", "refuse", number, "--reason", "x", "--as", "bob", "--password-stdin")
        assert (code, "is withdrawn" in err) == (2, True)

    def test_that_are_not_there_are_told(self, demo, harness):
        code, _, err = harness("approvals", "show", "77")
        assert (code, "There is no approval 77" in err) == (2, True)


class TestAnOverride:
    def test_is_a_superusers_own_and_shown_until_another_signs(self, owing, harness, types):
        person("root2", is_superuser=True, password=PASSWORD)
        person("bob", "Migration approver", password=PASSWORD)
        types(PASSWORD)
        assert harness(*TAKING, "--override", "--as", "root2", "--password-stdin")[0] == 0
        assert healed() == {"b1": -17}
        found = str(Approval.objects.get().pk)
        for verb in (("status",), ("audit",), ("approvals",)):
            assert "countersigned" in harness(*verb)[1], verb
        assert json.loads(harness("status", "--json")[1])["approvals"] == {"awaited": 0, "not_countersigned": 1}
        types(PASSWORD)
        assert harness("approvals", "countersign", found, "--as", "bob", "--password-stdin")[0] == 0
        assert "countersigned" not in harness("status")[1]

    def test_is_nobody_elses(self, owing, harness, types):
        person("dan", "Migration operator", "Migration approver", password=PASSWORD)
        types(PASSWORD)
        assert harness(*TAKING, "--override", "--as", "dan", "--password-stdin")[0] == 3
        assert harness(*TAKING, "--override")[0] == 3
        assert (healed(), Approval.objects.count()) == ({}, 0)
