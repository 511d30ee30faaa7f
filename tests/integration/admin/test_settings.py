"""The pages of the settings: the installation's, and an account's own."""

import pytest
from django.contrib import admin

from igny8_core.auth.models import Site
from igny8_core.business.billing.models import IntegrationProvider
from igny8_core.modules.system.models import GlobalIntegrationSettings, IntegrationSettings
from migration_harness.secret import Secret

from .pages import SETTINGS, errors_of, submit, text_of, url


class TestSettingsPage:
    @pytest.mark.legacy
    def test_saves_a_key_through_the_seam(self, operator):
        assert submit(operator, SETTINGS, enter_runware_api_key="rw-entered-7").status_code == 302
        assert GlobalIntegrationSettings.objects.get().runware_api_key == "rw-entered-7"
        assert IntegrationProvider.objects.get(pk="runware").api_key == Secret("rw-entered-7")

    @pytest.mark.legacy
    def test_clears_the_second_openai_key(self, operator):
        GlobalIntegrationSettings.objects.update(dalle_api_key="sk-images-e0c5")
        submit(operator, SETTINGS, clear_dalle_api_key="on")
        assert GlobalIntegrationSettings.objects.get().dalle_api_key == ""

    @pytest.mark.legacy
    def test_refuses_a_second_openai_key(self, operator):
        response = submit(operator, SETTINGS, enter_dalle_api_key="sk-images-e0c5")
        assert "Integration providers has a key for openai already" in errors_of(response)["enter_dalle_api_key"][0]

    def test_changes_the_rest_and_leaves_every_key(self, operator):
        before = GlobalIntegrationSettings.objects.values("openai_api_key", "runware_api_key").get()
        assert submit(operator, SETTINGS, max_in_article_images="3").status_code == 302
        row = GlobalIntegrationSettings.objects.get()
        assert row.max_in_article_images == 3
        assert GlobalIntegrationSettings.objects.values("openai_api_key", "runware_api_key").get() == before

    @pytest.mark.legacy
    def test_writes_no_key_back_that_was_saved_meanwhile(self, operator):
        """The row is loaded without its keys, so saving it cannot bring an old one back."""
        shown = admin.site._registry[GlobalIntegrationSettings]
        row = shown.get_queryset(None).get()
        GlobalIntegrationSettings.objects.update(openai_api_key="sk-meanwhile-1")
        row.save()
        assert GlobalIntegrationSettings.objects.get().openai_api_key == "sk-meanwhile-1"

    @pytest.mark.legacy
    def test_can_be_saved_while_a_choice_is_none_of_the_legacy_ones(self, operator):
        GlobalIntegrationSettings.objects.update(runware_model="google:4@2")
        assert submit(operator, SETTINGS, max_in_article_images="3").status_code == 302
        assert GlobalIntegrationSettings.objects.get().runware_model == "google:4@2"


class TestOwnSettingsPage:
    def test_refuses_a_site_of_another_account(self, operator):
        row = IntegrationSettings.objects.get(account__name="Kestrel Drones")
        other = Site.objects.get(account__name="Amber Bakery")
        response = submit(operator, url(IntegrationSettings, "change", row.pk), site=str(other.pk))
        assert errors_of(response) == {"site": ["Amber Bakery blog is a site of another account."]}

    def test_says_which_choice_has_no_price(self, operator):
        told = text_of(operator.get(url(IntegrationSettings, "changelist")))
        assert "Kestrel Drones blog gpt-4.1 (no price)" in told
