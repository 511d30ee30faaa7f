"""What the frontend asks: who is signed in, the account's sites, models and settings."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from igny8_core.api.views.auth import SignInThrottle
from igny8_core.auth.models import Account, Site, User
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.modules.system.models import GlobalIntegrationSettings, IntegrationSettings
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.models import Comparison

API = "/api/v1/"
ME = f"{API}auth/me/"
LOGIN = f"{API}auth/login/"
LOGOUT = f"{API}auth/logout/"
MODELS = f"{API}system/ai-models/"
SETTINGS = f"{API}system/settings/"
NAME, PASSWORD = "cora", "a long password"
FLAGS = ("ai-models-endpoint", "dynamic-model-choices")


def named(name):
    return Account.objects.select_related("plan").get(name=name)


@pytest.fixture
def account(demo):
    """An account on a plan that allows choices."""
    return named("Blue Harbour")


@pytest.fixture
def site(account):
    return account.sites.get()


@pytest.fixture
def cora(account):
    return User.objects.create_user(NAME, password=PASSWORD, account=account)


@pytest.fixture
def browser(cora):
    """A browser without a session, which checks CSRF as a real one is checked."""
    cache.delete(f"throttle_sign_in_127.0.0.1:{NAME}")
    return APIClient(enforce_csrf_checks=True)


@pytest.fixture
def signed_in(cora):
    client = APIClient()
    client.default_format = "json"
    client.force_login(cora)
    return client


def switch_on(account, *flags):
    for flag in flags:
        change_flag(name=flag, change=FlagChange(account_id=str(account.pk), membership="on"), actor="ada")


def post(browser, url, body=None):
    token = browser.cookies["csrftoken"].value if "csrftoken" in browser.cookies else ""
    return browser.post(url, body or {}, format="json", HTTP_X_CSRFTOKEN=token)


def sign_in(browser, *, password=PASSWORD):
    browser.get(ME)
    return post(browser, LOGIN, {"username": NAME, "password": password})


class TestMe:
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

    def test_holds_up_who_guesses(self, browser, monkeypatch):
        monkeypatch.setattr(SignInThrottle, "THROTTLE_RATES", {"sign_in": "3/minute"})
        answers = [sign_in(browser, password=f"guess {index}").status_code for index in range(4)]
        assert answers == [401, 401, 401, 429]

    def test_begins_without_a_cache_to_count_in(self, browser, monkeypatch):
        def unreachable(*_, **__):
            raise ConnectionError

        monkeypatch.setattr(type(SignInThrottle.cache), "get", unreachable, raising=False)
        assert sign_in(browser).status_code == 200

    def test_does_not_begin_with_what_is_no_json(self, browser):
        browser.get(ME)
        token = browser.cookies["csrftoken"].value
        answer = browser.post(LOGIN, "{", content_type="application/json", HTTP_X_CSRFTOKEN=token)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "parse_error")

    def test_names_what_is_missing(self, browser):
        browser.get(ME)
        answer = post(browser, LOGIN, {"username": NAME})
        assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["password"])


class TestSites:
    def test_are_those_of_the_account_alone(self, signed_in, account, site):
        Site.objects.create(account=account, name="A second site")
        found = signed_in.get(f"{API}accounts/sites/").json()
        assert [row["name"] for row in found["results"]] == ["A second site", site.name]

    def test_of_another_account_do_not_exist(self, signed_in):
        foreign = named("Cedar Clinic").sites.get()
        assert signed_in.get(f"{API}accounts/sites/{foreign.pk}/").status_code == 404


class TestModels:
    @pytest.fixture
    def on(self, account):
        switch_on(account, "ai-models-endpoint")

    def test_do_not_exist_while_the_flag_is_off(self, signed_in):
        answer = signed_in.get(MODELS)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")

    def test_are_the_active_ones_by_type_with_labels_and_prices(self, signed_in, on):
        found = signed_in.get(MODELS).json()["data"]
        assert [(m["model_name"], m["label"], m["is_default"]) for m in found["image"]] == [
            ("runware:97@1", "Basic (1 credit/image)", False),
            ("dall-e-3", "Quality (5 credits/image)", True),
            ("google:4@2", "Premium (15 credits/image)", False),
        ]
        assert found["text"][0] == {
            "model_name": "gpt-5.1",
            "display_name": "GPT-5.1",
            "label": "GPT-5.1 (1,000 tokens/credit)",
            "provider": "openai",
            "tokens_per_credit": 1_000,
            "credits_per_image": None,
            "quality_tier": None,
            "is_default": True,
        }

    def test_cost_one_query_however_many_there_are(self, signed_in, on):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                signed_in.get(MODELS)
            return [q["sql"] for q in captured if "aimodelconfig" in q["sql"]]

        for number in range(20):
            AIModelConfig.objects.create(
                model_name=f"m{number}", model_type="text", provider="openai", display_name="M", tokens_per_credit=1
            )
        assert len(queries()) == 1

    def test_are_not_sent_again_to_who_has_them(self, signed_in, on):
        first = signed_in.get(MODELS)
        again = signed_in.get(MODELS, HTTP_IF_NONE_MATCH=first["ETag"])
        assert (again.status_code, again.content) == (304, b"")

    def test_are_sent_again_when_a_price_changes(self, signed_in, on):
        first = signed_in.get(MODELS)
        AIModelConfig.objects.filter(model_name="gpt-4o").update(tokens_per_credit=900)
        assert signed_in.get(MODELS, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


class TestSettings:
    @pytest.fixture
    def url(self, site):
        return f"{SETTINGS}?site={site.pk}"

    def test_are_empty_at_first_and_name_the_standard(self, signed_in, url, site):
        found = signed_in.get(url).json()["data"]
        assert found["site"] == site.pk
        assert (found["text_model"], found["temperature"], found["not_offered"]) == ("", None, [])
        assert found["standard"]["temperature"] == 0.7
        assert found["standard"]["text_model"] == "gpt-4o-mini"

    def test_are_kept_for_the_site(self, signed_in, url):
        answer = signed_in.patch(url, {"text_model": "gpt-5.2", "temperature": 0, "image_style": "natural"})
        assert answer.status_code == 200
        found = signed_in.get(url).json()["data"]
        assert (found["text_model"], found["temperature"], found["image_style"]) == ("gpt-5.2", 0.0, "natural")
        assert signed_in.get(SETTINGS).json()["data"]["text_model"] == ""

    def test_that_are_not_named_stay(self, signed_in, url):
        signed_in.patch(url, {"text_model": "gpt-5.2"})
        signed_in.patch(url, {"image_model": "dall-e-3"})
        found = signed_in.get(url).json()["data"]
        assert (found["text_model"], found["image_model"]) == ("gpt-5.2", "dall-e-3")

    def test_can_be_taken_back(self, signed_in, url):
        signed_in.patch(url, {"text_model": "gpt-5.2", "max_tokens": 100})
        signed_in.patch(url, {"text_model": "", "max_tokens": None})
        found = signed_in.get(url).json()["data"]
        assert (found["text_model"], found["max_tokens"]) == ("", None)

    def test_of_the_account_are_the_standard_of_its_sites(self, signed_in, url):
        signed_in.patch(SETTINGS, {"text_model": "gpt-4o", "temperature": 0})
        found = signed_in.get(url).json()["data"]["standard"]
        assert (found["text_model"], found["temperature"]) == ("gpt-4o", 0.0)

    @pytest.mark.parametrize(
        ("flags", "refused", "offered"),
        [
            ((), "google:4@2", "dall-e-3, dall-e-2, runware:97@1, runware:100@1, runware:101@1, bria:10@1"),
            (FLAGS, "bria:10@1", "runware:97@1, dall-e-3, google:4@2"),
        ],
        ids=["hard-coded", "database"],
    )
    def test_take_only_a_model_that_the_account_is_offered(self, signed_in, account, url, flags, refused, offered):
        switch_on(account, *flags)
        answer = signed_in.patch(url, {"image_model": refused})
        assert answer.status_code == 400
        assert answer.json()["error"]["fields"] == {
            "image_model": [f"{refused} is not offered. Choose one of: {offered}."]
        }

    @pytest.mark.parametrize(
        "body",
        [
            {"text_model": 5.5, "image_model": "gpt-5.1"}, {"temperature": 2.1}, {"temperature": "warm"},
            {"max_tokens": 0}, {"image_quality": "best"}, {"image_style": "loud"}, {"model": "gpt-5.1"}, [1],
        ],
        ids=str,
    )  # fmt: skip
    def test_refuse_what_makes_no_sense(self, signed_in, url, body):
        before = signed_in.get(url).json()["data"]
        assert signed_in.patch(url, body, format="json").status_code == 400
        assert signed_in.get(url).json()["data"] == before

    def test_name_a_choice_that_is_no_longer_offered(self, signed_in, account, url):
        signed_in.patch(url, {"text_model": "gpt-4.1", "image_model": "dall-e-3"})
        switch_on(account, *FLAGS)
        assert signed_in.get(url).json()["data"]["not_offered"] == ["text_model"]

    def test_of_a_plan_without_choices_cannot_be_changed_and_do_not_count(self, signed_in, account, site, url):
        signed_in.patch(url, {"text_model": "gpt-4o"})
        account.plan = named("Amber Bakery").plan
        account.save(update_fields=["plan"])
        answer = signed_in.patch(url, {"text_model": "gpt-5.1"})
        assert answer.status_code == 403
        assert answer.json()["message"] == "The Free plan uses the standard models. Upgrade it to choose your own."
        assert IntegrationSettings.objects.get(site=site).text_model == "gpt-4o"
        assert signed_in.get(url).json()["data"]["text_model"] == ""

    @pytest.mark.parametrize("site_id", ["0", "99999999999999999999", "x"])
    def test_of_no_site_are_an_error(self, signed_in, site_id):
        assert signed_in.get(f"{SETTINGS}?site={site_id}").status_code in {400, 404}

    def test_of_another_accounts_site_do_not_exist(self, signed_in):
        foreign = named("Cedar Clinic").sites.get()
        assert signed_in.get(f"{SETTINGS}?site={foreign.pk}").status_code == 404
        assert signed_in.patch(f"{SETTINGS}?site={foreign.pk}", {"text_model": "gpt-4o"}).status_code == 404

    def test_compare_the_choices_of_both_sides_each_time(self, signed_in, url):
        signed_in.get(url)
        rows = Comparison.objects.filter(seam="models.catalogue")
        assert sorted((row.group, row.verdict) for row in rows) == [(["image"], "intended"), (["text"], "intended")]

    def test_name_the_default_row_when_models_are_selected_by_rows(self, signed_in, account, url):
        switch_on(account, "model-selection")
        standard = signed_in.get(url).json()["data"]["standard"]
        assert (standard["text_model"], standard["image_model"]) == ("gpt-5.1", "dall-e-3")

    def test_are_shown_without_a_default_too(self, signed_in, account, url):
        switch_on(account, "model-selection")
        AIModelConfig.objects.update(is_default=False)
        assert signed_in.get(url).json()["data"]["standard"]["text_model"] == ""

    def test_follow_the_image_service_of_the_global_settings(self, signed_in, url):
        GlobalIntegrationSettings.objects.update(default_image_service="runware")
        assert signed_in.get(url).json()["data"]["standard"]["image_model"] == "bria:10@1"

    @pytest.mark.parametrize("address", [SETTINGS, MODELS, f"{API}accounts/sites/"])
    def test_and_all_else_need_a_session(self, browser, address):
        assert browser.get(address).status_code == 401
