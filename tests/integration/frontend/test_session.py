"""Who is signed in, and how a session begins and ends."""

import pytest
from rest_framework.test import APIClient

from igny8_core.auth.models import User

from .asking import FLAGS, LOGIN, LOGOUT, ME, NAME, PASSWORD, post, sign_in, switch_on


class TestMe:
    @pytest.mark.legacy
    def test_of_nobody_is_an_answer(self, browser):
        answer = browser.get(ME)
        assert answer.status_code == 200
        assert answer.json()["data"] == {"user": None, "account": None, "flags": {}}

    def test_names_account_plan_and_balance(self, signed_in, account):
        assert signed_in.get(ME).json()["data"]["account"] == {
            "id": account.pk,
            "name": "Blue Harbour",
            "plan": "Starter",
            "credits": 250_000,
            "allows_overrides": True,
        }

    @pytest.mark.parametrize(
        ("flags", "expected"), [((), False), (FLAGS[1:], False), (FLAGS, True)], ids=["off", "endpoint-off", "on"]
    )
    def test_tells_whether_the_choices_come_from_the_database(self, signed_in, account, flags, expected):
        switch_on(account, *flags)
        assert signed_in.get(ME).json()["data"]["flags"] == {"dynamic-model-choices": expected}

    def test_of_an_operator_has_no_account(self, demo):
        client = APIClient()
        client.force_login(User.objects.create_user("ada", is_staff=True))
        found = client.get(ME).json()["data"]
        assert (found["user"], found["account"]) == ({"username": "ada"}, None)


class TestSession:
    def test_begins_with_name_and_password(self, browser):
        assert sign_in(browser).json()["data"]["user"] == {"username": NAME}
        assert browser.get(ME).json()["data"]["user"] == {"username": NAME}

    def test_does_not_begin_with_a_wrong_password(self, browser):
        answer = sign_in(browser, password="wrong")
        assert (answer.status_code, answer.json()["success"]) == (401, False)
        assert answer.json()["message"] == "The username or the password is wrong."
        assert browser.get(ME).json()["data"]["user"] is None

    def test_does_not_begin_for_somebody_inactive(self, browser, cora):
        User.objects.update(is_active=False)
        assert sign_in(browser).status_code == 401

    @pytest.mark.parametrize("url", [LOGIN, LOGOUT])
    def test_is_safe_from_other_pages(self, browser, url):
        sign_in(browser)
        answer = browser.post(url, {"username": NAME, "password": PASSWORD}, format="json")
        assert (answer.status_code, answer.json()["success"]) == (403, False)
        assert "CSRF" in answer.json()["message"]

    def test_does_not_begin_from_another_page(self, browser):
        answer = browser.post(LOGIN, {"username": NAME, "password": PASSWORD}, format="json")
        assert answer.status_code == 403
        assert "sessionid" not in browser.cookies

    def test_ends(self, browser):
        sign_in(browser)
        assert post(browser, LOGOUT).status_code == 200
        assert browser.get(ME).json()["data"]["user"] is None

    def test_does_not_begin_with_what_is_no_json(self, browser):
        browser.get(ME)
        token = browser.cookies["csrftoken"].value
        answer = browser.post(LOGIN, "{", content_type="application/json", HTTP_X_CSRFTOKEN=token)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "parse_error")

    def test_names_what_is_missing(self, browser):
        browser.get(ME)
        answer = post(browser, LOGIN, {"username": NAME})
        assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["password"])
