"""A token that somebody else has made at a prompt: it moves as its owner may, and is nobody's word."""

import io

import pytest
from rest_framework.test import APIClient

from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import IntegrationProvider
from migration_harness.deciding.stages import Stage
from migration_harness.models import Approval, AuditEvent, Flag
from migration_harness.testing import fixed_flags, flag_at
from tests.people import trusted
from tests.tokens import bearer

from ..healing_parts import FLAG, cluster, healed, misprice

API = "/api/v1/migration/"
PASSWORD = "a good long sentence"
DEBIT = {"until": "2030-01-01T00:00:00Z", "refund": 0, "allow_debits": True, "debit": 17, "reason": "agreed"}
KEY = {"provider": "openai", "api_key": "sk-planted-0d3f9a77c1"}


def sending(token):
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")


@pytest.fixture
def made(harness, monkeypatch):
    def made(username, *more, scopes=("read", "operate")):
        """Return a token that somebody at a prompt has made for a user."""
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
        named = [word for scope in scopes for word in ("--scope", scope)]
        code, out, told = harness("token", "create", username, "--name", "x", *named, *more)
        assert code == 0, told
        return out.split()[0]

    return made


@pytest.fixture
def owing(demo):
    misprice()
    with fixed_flags(flag_at(FLAG, Stage.LIVE)):
        cluster(Account.objects.order_by("pk").first(), 34_000, operation_id="b1")
    trusted("ada", password=PASSWORD)


class TestATokenThatSomebodyElseHasMade:
    @pytest.mark.parametrize("more", [(), ("--as", "ada")], ids=["by a machine", "by a name that was typed"])
    def test_asks_for_nothing_that_needs_two_people(self, owing, made, more):
        """Else one person with a prompt asks by it, and approves as themselves."""
        response = sending(made("ada", *more)).post(f"{API}heal/", DEBIT, format="json")
        assert (response.status_code, "made yourself" in response.json()["message"]) == (403, True)
        assert not Approval.objects.exists()

    def test_asks_for_it_at_no_prompt_either(self, owing, made, harness, monkeypatch):
        monkeypatch.setenv("HARNESS_TOKEN", made("ada"))
        code, _, told = harness("heal", "--write", "--yes", "--allow-debits", "--reason", "agreed", "--as", "ada")
        assert (code, "made yourself" in told, Approval.objects.count()) == (3, True, 0)

    def test_passes_nothing_alone_though_its_owner_could(self, owing, made):
        User.objects.create_superuser("sue")
        response = sending(made("sue")).post(f"{API}heal/", DEBIT | {"override": True}, format="json")
        assert (response.status_code, healed()) == (403, {})

    def test_enters_no_key_though_its_owner_could(self, demo, made):
        User.objects.create_superuser("sue")
        before = IntegrationProvider.objects.get(pk="openai").api_key.fingerprint
        response = sending(made("sue")).post("/api/v1/system/provider-keys/", KEY, format="json")
        assert (response.status_code, "somebody else has made" in response.json()["message"]) == (403, True)
        assert IntegrationProvider.objects.get(pk="openai").api_key.fingerprint == before
        assert AuditEvent.objects.filter(action="refuse", actor="sue").exists()

    def test_looks_moves_and_rolls_back_as_its_owner_may(self, demo, made):
        trusted("ada")
        program = sending(made("ada"))
        assert program.get(f"{API}status/").status_code == 200
        moved = program.patch(f"{API}flags/model-selection/", {"share_percent": "5"}, format="json")
        assert (moved.status_code, Flag.objects.get(name="model-selection").share_bps) == (200, 500)
        assert program.post(f"{API}rollback/", {}, format="json").status_code == 200

    def test_serves_a_customers_program(self, demo, made):
        User.objects.create_user("dora", account=Account.objects.order_by("pk").first())
        assert sending(made("dora")).get("/api/v1/account/").status_code in (200, 404)


class TestATokenThatItsOwnerHasMade:
    def test_asks_for_what_needs_two_people(self, owing, made):
        response = sending(made("ada", "--as", "ada", "--password-stdin")).post(f"{API}heal/", DEBIT, format="json")
        assert response.json()["error"]["code"] == "approval_awaited"
        assert (Approval.objects.get().asker, healed()) == ("ada", {})

    def test_is_not_made_with_another_password(self, owing, harness, monkeypatch):
        monkeypatch.setattr("sys.stdin", io.StringIO("a guess\n"))
        words = ("--name", "x", "--scope", "operate", "--as", "ada", "--password-stdin")
        assert harness("token", "create", "ada", *words)[0] == 3

    def test_is_none_where_another_person_has_shown_who_they_are(self, owing, made):
        trusted("bob", password=PASSWORD)
        response = sending(made("ada", "--as", "bob", "--password-stdin")).post(f"{API}heal/", DEBIT, format="json")
        assert (response.status_code, Approval.objects.count()) == (403, 0)

    def test_is_one_that_was_made_on_the_console(self, owing, client):
        client.login(username="ada", password=PASSWORD)
        form = {"name": "x", "scopes": ["read", "operate"], "days": "7", "password": PASSWORD}
        token = client.post("/migration/tokens/", form).context["made"].text.secret
        response = sending(token).post(f"{API}heal/", DEBIT, format="json")
        assert response.json()["error"]["code"] == "approval_awaited"


class TestScope:
    def test_of_operating_passes_nothing_that_is_refused(self, owing):
        """A token that may not say its owner's yes does not say that nobody else's is needed either."""
        sue = User.objects.create_superuser("sue")
        program = APIClient(HTTP_AUTHORIZATION=bearer(sue, scopes=("read", "operate")))
        response = program.post(f"{API}heal/", DEBIT | {"override": True}, format="json")
        assert (response.status_code, healed()) == (403, {})
        program = APIClient(HTTP_AUTHORIZATION=bearer(sue))
        assert program.post(f"{API}heal/", DEBIT | {"override": True}, format="json").status_code == 200
        assert healed() == {"b1": -17}
