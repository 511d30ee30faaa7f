"""The account's sites, and the models that it is offered."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.auth.models import Site
from igny8_core.business.billing.models import AIModelConfig

from .asking import API, CREDITS, MODELS, named, switch_on


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
        switch_on(account, *CREDITS, "ai-models-endpoint")

    @pytest.mark.legacy
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

    def test_have_no_price_for_who_pays_by_the_operation(self, signed_in, account):
        switch_on(account, "ai-models-endpoint")
        found = signed_in.get(MODELS).json()["data"]
        assert found["text"][2] == {
            "model_name": "gpt-4o-mini",
            "display_name": "GPT-4o mini",
            "label": "GPT-4o mini",
            "provider": "openai",
            "tokens_per_credit": None,
            "credits_per_image": None,
            "quality_tier": None,
            "is_default": True,
        }
        assert {(m["label"] == m["display_name"], m["credits_per_image"]) for m in found["image"]} == {(True, None)}

    def test_cost_as_many_queries_however_many_there_are(self, signed_in, on):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                signed_in.get(MODELS)
            return [q["sql"] for q in captured if "aimodelconfig" in q["sql"]]

        before = queries()
        for number in range(20):
            AIModelConfig.objects.create(
                model_name=f"m{number}", model_type="text", provider="openai", display_name="M", tokens_per_credit=1
            )
        assert len(queries()) == len(before)

    def test_are_not_sent_again_to_who_has_them(self, signed_in, on):
        first = signed_in.get(MODELS)
        again = signed_in.get(MODELS, HTTP_IF_NONE_MATCH=first["ETag"])
        assert (again.status_code, again.content) == (304, b"")

    def test_are_sent_again_when_a_price_changes(self, signed_in, on):
        first = signed_in.get(MODELS)
        AIModelConfig.objects.filter(model_name="gpt-4o").update(tokens_per_credit=900)
        assert signed_in.get(MODELS, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200
