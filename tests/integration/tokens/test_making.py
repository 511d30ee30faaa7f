"""Who makes a token, by the command and on its page, and what is refused."""

import json
import re

import pytest
from rest_framework.test import APIClient

from igny8_core.auth.models import User
from migration_harness.exceptions import TokenNotMade, UnknownPerson, UnknownToken
from migration_harness.models import ApiToken
from migration_harness.tokens.holding import make_token, revoke_token
from tests.people import trusted

STATUS = "/api/v1/migration/status/"
PAGE = "/migration/tokens/"
PASSWORD = "a good long sentence"
FORM = {"name": "deploys", "scopes": ["read", "operate"], "days": "7", "password": PASSWORD, "code": ""}
TOKEN = re.compile(r"mh_[0-9a-f]{8}_[0-9a-f]{64}")


@pytest.fixture
def ada(db):
    return trusted("ada", password=PASSWORD)


@pytest.fixture
def browser(client, ada):
    client.force_login(ada)
    return client


def opens(token):
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}").get(STATUS).status_code == 200


class TestMaking:
    @pytest.mark.parametrize(
        "wrong",
        [{"scopes": []}, {"scopes": ["admin"]}, {"name": " "}, {"name": "x" * 101}, {"days": 0}, {"days": 367}],
        ids=str,
    )
    def test_is_refused_without_name_scope_or_end(self, ada, wrong):
        with pytest.raises(TokenNotMade):
            make_token(**{"username": "ada", "name": "x", "scopes": ["read"], "actor": "root"} | wrong)
        assert not ApiToken.objects.exists()

    @pytest.mark.parametrize("name", ["nobody", "", "gone", "a\x00da"])
    def test_is_refused_for_who_cannot_sign_in(self, ada, name):
        User.objects.create_user("gone", is_active=False)
        with pytest.raises(UnknownPerson):
            make_token(username=name, name="x", scopes=["read"], actor="root")

    def test_prints_nothing_but_the_prefix_of_what_was_made(self, ada):
        made = make_token(username="ada", name="x", scopes=["read"], actor="root")
        assert made.text.secret not in repr(made)

    def test_twice_revoked_says_who_did_it_before(self, ada):
        made = make_token(username="ada", name="x", scopes=["read"], actor="root")
        revoke_token(prefix=made.text.prefix, actor="eve")
        with pytest.raises(UnknownToken, match="by eve"):
            revoke_token(prefix=made.text.prefix, actor="bob")


class TestCommand:
    def test_shows_a_token_once_that_works(self, harness, ada):
        code, out, _ = harness("token", "create", "ada", "--name", "deploys", "--scope", "read")
        (token,) = TOKEN.findall(out)
        assert (code, opens(token)) == (0, True)
        _, listed, _ = harness("token", "list")
        assert (token[:11] in listed, "deploys" in listed, TOKEN.findall(listed)) == (True, True, [])

    def test_answers_scripts(self, harness, ada):
        _, out, _ = harness(
            "token", "create", "ada", "--name", "x", "--scope", "read", "--scope", "operate", "--days", "3", "--json"
        )
        made = json.loads(out)
        (listed,) = json.loads(harness("token", "list", "ada", "--json")[1])
        assert (listed["prefix"], listed["scopes"], listed["state"]) == (made["prefix"], ["read", "operate"], "active")
        assert opens(made["token"])
        assert harness("token", "revoke", made["prefix"], "--reason", "over", "--json")[0] == 0
        assert not opens(made["token"])
        assert json.loads(harness("token", "list", "--json")[1]) == []
        assert json.loads(harness("token", "list", "--all", "--json")[1])[0]["state"] == "revoked"

    @pytest.mark.parametrize(
        "arguments",
        [
            ("create", "nobody", "--name", "x", "--scope", "read"),
            ("create", "ada", "--name", "x", "--scope", "admin"),
            ("create", "ada", "--name", "x", "--scope", "read", "--days", "9999"),
            ("revoke", "mh_00000000"),
        ],
        ids=" ".join,
    )
    def test_is_wrong_usage_in_one_sentence(self, harness, ada, arguments):
        code, out, told = harness("token", *arguments)
        assert (code, out, len(told.splitlines())) == (2, "", 1)


class TestPage:
    def test_shows_a_token_once_that_works(self, browser):
        answer = browser.post(PAGE, FORM)
        (token,) = set(TOKEN.findall(answer.content.decode()))
        assert (answer.status_code, opens(token), "no-store" in answer["Cache-Control"]) == (200, True, True)
        assert TOKEN.findall(browser.get(PAGE).content.decode()) == []
        assert token[:11] in browser.get(PAGE).content.decode()

    @pytest.mark.parametrize(
        "wrong", [{"password": "guess"}, {"password": ""}, {"scopes": []}, {"days": "400"}], ids=str
    )
    def test_makes_none_without_the_own_password_or_what_is_needed(self, browser, wrong):
        answer = browser.post(PAGE, FORM | wrong)
        assert (answer.status_code, ApiToken.objects.count()) == (400, 0)
        assert PASSWORD not in answer.content.decode()

    def test_shows_the_tokens_of_others_to_superusers_alone(self, browser, client):
        trusted("bob")
        other = make_token(username="bob", name="bobs", scopes=["read"], actor="bob").text
        revoking = f"{PAGE}{other.prefix}/revoke/"
        assert "bobs" not in browser.get(PAGE).content.decode()
        assert browser.post(revoking, {"reason": "x"}).status_code == 404
        assert opens(other.secret)
        client.force_login(User.objects.create_superuser("root"))
        assert "bobs" in client.get(PAGE).content.decode()
        assert client.post(revoking, {"reason": "x"}).status_code == 302
        assert not opens(other.secret)

    def test_revokes_an_own_one(self, browser):
        (token,) = set(TOKEN.findall(browser.post(PAGE, FORM).content.decode()))
        assert browser.post(f"{PAGE}{token[:11]}/revoke/", {"reason": ""}).status_code == 302
        assert not opens(token)

    def test_lets_no_customer_make_one(self, client, db):
        client.force_login(User.objects.create_user("blue", password=PASSWORD))
        assert (client.post(PAGE, FORM).status_code, ApiToken.objects.count()) == (403, 0)
