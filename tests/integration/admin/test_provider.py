"""The page of a provider, and its keys."""

import re

import pytest

from igny8_core.business.billing.models import IntegrationProvider
from igny8_core.modules.system.models import GlobalIntegrationSettings
from igny8_core.seed import DEMO_KEYS
from migration_harness.models import AuditEvent
from migration_harness.secret import Secret

from .pages import OPENAI, SETTINGS, errors_of, submit, text_of, url


class TestProviderPage:
    def test_shows_whether_a_key_is_set_and_its_fingerprint(self, operator):
        told = text_of(operator.get(OPENAI))
        assert f"set · {Secret(DEMO_KEYS['openai']).fingerprint}" in told
        assert f"set · {Secret(DEMO_KEYS['openai']).fingerprint}" in text_of(
            operator.get(url(IntegrationProvider, "changelist"))
        )
        assert "not set" in text_of(operator.get(OPENAI.replace("openai", "stripe")))

    def test_saves_what_is_entered_through_the_seam(self, operator):
        assert submit(operator, OPENAI, enter_api_key="sk-entered-7").status_code == 302
        row = IntegrationProvider.objects.get(pk="openai")
        assert (row.api_key, row.updated_by.username) == (Secret("sk-entered-7"), "olga")
        # The demo's baseline is shadow: the legacy store has it too.
        assert GlobalIntegrationSettings.objects.get().openai_api_key == "sk-entered-7"
        event = AuditEvent.objects.latest("id")
        assert (event.actor, event.subject) == ("olga", "key of openai")

    @pytest.mark.parametrize("address", [OPENAI, SETTINGS])
    def test_leads_to_who_changed_a_key(self, operator, address):
        submit(operator, OPENAI, enter_api_key="sk-entered-7")
        trail = re.search(r'href="([^"]+)">In the audit trail', operator.get(address).content.decode())[1]
        told = text_of(operator.get(trail))
        assert "olga save provider key key of openai" in told

    def test_leaves_a_key_as_it_is_where_nothing_is_entered(self, operator):
        events = AuditEvent.objects.count()
        assert submit(operator, OPENAI, display_name="Open AI").status_code == 302
        row = IntegrationProvider.objects.get(pk="openai")
        assert (row.display_name, row.api_key) == ("Open AI", Secret(DEMO_KEYS["openai"]))
        assert AuditEvent.objects.count() == events

    def test_removes_a_key(self, operator):
        submit(operator, OPENAI, clear_api_key="on")
        assert not IntegrationProvider.objects.get(pk="openai").api_key
        assert GlobalIntegrationSettings.objects.get().openai_api_key == ""

    def test_does_not_both_enter_and_remove_one(self, operator):
        response = submit(operator, OPENAI, clear_api_key="on", enter_api_key="sk-entered-7")
        assert errors_of(response) == {"clear_api_key": ["Either enter the API key or remove it."]}

    @pytest.mark.parametrize("field", ["api_secret", "webhook_secret"])
    def test_keeps_the_other_secrets_too(self, operator, field):
        submit(operator, OPENAI.replace("openai", "stripe"), **{f"enter_{field}": "whsec-entered-7"})
        assert getattr(IntegrationProvider.objects.get(pk="stripe"), field) == Secret("whsec-entered-7")
        assert AuditEvent.objects.latest("id").after == {field: Secret("whsec-entered-7").fingerprint}

    def test_adds_a_provider_with_its_key(self, operator):
        sent = {
            "provider_id": "mailgun", "display_name": "Mailgun", "provider_type": "email", "is_active": "on",
            "config": "{}", "enter_api_key": "mg-entered-7",
        }  # fmt: skip
        assert operator.post(url(IntegrationProvider, "add"), sent).status_code == 302
        assert IntegrationProvider.objects.get(pk="mailgun").api_key == Secret("mg-entered-7")

    def test_can_be_used_where_a_key_cannot_be_decrypted(self, operator, settings):
        from cryptography.fernet import Fernet

        settings.IGNY8_FIELD_KEYS = [Fernet.generate_key().decode()]
        assert "unreadable with IGNY8_FIELD_KEYS" in text_of(operator.get(OPENAI))
        assert operator.get(url(IntegrationProvider, "changelist")).status_code == 200
        submit(operator, OPENAI, enter_api_key="sk-entered-7")
        assert IntegrationProvider.objects.get(pk="openai").api_key == Secret("sk-entered-7")
