"""The settings of an account and of its sites."""

import pytest

from igny8_core.business.billing.models import AIModelConfig
from igny8_core.modules.system.models import GlobalIntegrationSettings, IntegrationSettings
from migration_harness.models import Comparison

from .asking import API, FLAGS, MODELS, SETTINGS, named, switch_on


class TestSettings:
    @pytest.fixture
    def url(self, site):
        return f"{SETTINGS}?site={site.pk}"

    @pytest.mark.legacy
    def test_are_empty_at_first_and_name_the_standard(self, signed_in, url, site):
        found = signed_in.get(url).json()["data"]
        assert found["site"] == site.pk
        assert (found["text_model"], found["temperature"], found["not_offered"]) == ("", None, [])
        assert found["standard"]["temperature"] == 0.7
        assert found["standard"]["text_model"] == "gpt-4o-mini"

    @pytest.mark.legacy
    def test_are_kept_for_the_site(self, signed_in, url):
        answer = signed_in.patch(url, {"text_model": "gpt-5.2", "temperature": 0, "image_style": "natural"})
        assert answer.status_code == 200
        found = signed_in.get(url).json()["data"]
        assert (found["text_model"], found["temperature"], found["image_style"]) == ("gpt-5.2", 0.0, "natural")
        assert signed_in.get(SETTINGS).json()["data"]["text_model"] == ""

    @pytest.mark.legacy
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

    @pytest.mark.legacy
    @pytest.mark.parametrize(
        ("kept", "body", "model"),
        [
            ({}, {}, "gpt-4o-mini"),
            ({}, {"text_model": "gpt-4o"}, "gpt-4o"),
            ({"text_model": "gpt-4o"}, {}, "gpt-4o"),
            ({"text_model": "gpt-4o"}, {"text_model": ""}, "gpt-4o-mini"),
        ],
        ids=["of the standard", "of the body", "of before", "taken back"],
    )
    @pytest.mark.parametrize("of", ["site", "account"])
    def test_ask_for_no_longer_answer_than_that_of_the_model(self, signed_in, url, of, kept, body, model):
        address = url if of == "site" else SETTINGS
        signed_in.patch(address, kept)
        AIModelConfig.objects.filter(model_name=model).update(max_output_tokens=4_000)
        answer = signed_in.patch(address, body | {"max_tokens": 4_001})
        assert answer.status_code == 400
        assert answer.json()["error"]["fields"] == {
            "max_tokens": [f"{model} answers with at most 4,000 tokens. Choose 4,000 or fewer."]
        }
        assert signed_in.patch(address, body | {"max_tokens": 4_000}).status_code == 200

    def test_have_no_limit_where_the_model_names_none(self, signed_in, url):
        AIModelConfig.objects.update(max_output_tokens=None)
        assert signed_in.patch(url, {"text_model": "gpt-4o", "max_tokens": 900_000}).status_code == 200

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

    @pytest.mark.legacy
    def test_follow_the_image_service_of_the_global_settings(self, signed_in, url):
        GlobalIntegrationSettings.objects.update(default_image_service="runware")
        assert signed_in.get(url).json()["data"]["standard"]["image_model"] == "bria:10@1"

    @pytest.mark.parametrize("address", [SETTINGS, MODELS, f"{API}accounts/sites/"])
    def test_and_all_else_need_a_session(self, browser, address):
        assert browser.get(address).status_code == 401
