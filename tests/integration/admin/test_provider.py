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

    @pytest.mark.legacy
    def test_saves_what_is_entered_through_the_seam(self, operator):
        assert submit(operator, OPENAI, enter_api_key="sk-entered-7").status_code == 302
        row = IntegrationProvider.objects.get(pk="openai")
        assert (row.api_key, row.updated_by.username) == (Secret("sk-entered-7"), "olga")
        # The demo's baseline is shadow: the legacy store has it too.
        assert GlobalIntegrationSettings.objects.get().openai_api_key == "sk-entered-7"
        event = AuditEvent.objects.latest("id")
        assert (event.actor, event.subject) == ("olga", "key of openai")

    @pytest.mark.parametrize("address", [OPENAI, SETTINGS])
    @pytest.mark.legacy
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

    @pytest.mark.legacy
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

    @pytest.mark.parametrize(
        "text",
        ["[" * 100_000, '{"a": NaN}', '{"a": 1e400}', '{"a": "\\u0000"}', '{"a": 1, "a": 2}', "9" * 5_000],
        ids=lambda text: text[:12],
    )
    def test_refuses_json_that_cannot_be_read_or_kept(self, operator, text):
        assert list(errors_of(submit(operator, OPENAI, config=text))) == ["config"]


ELSEWHERE = "https://api.runware.ai/other/v1"


class TestAddress:
    @pytest.mark.legacy
    def test_takes_the_keys_of_both_stores_with_it_and_is_on_the_trail(self, operator):
        assert submit(operator, OPENAI, base_url=ELSEWHERE).status_code == 302
        row, legacy = IntegrationProvider.objects.get(pk="openai"), GlobalIntegrationSettings.objects.get()
        assert (row.base_url, row.api_key, row.updated_by.username) == (ELSEWHERE, Secret(""), "olga")
        assert (legacy.openai_api_key, legacy.dalle_api_key) == ("", "")
        assert legacy.runware_api_key == DEMO_KEYS["runware"]
        event = AuditEvent.objects.latest("id")
        assert (event.actor, event.action, event.subject) == ("olga", "change provider address", "key of openai")
        assert (event.before["base_url"], event.after["base_url"]) == ("", ELSEWHERE)
        assert event.before["api_key"] == Secret(DEMO_KEYS["openai"]).fingerprint

    @pytest.mark.legacy
    def test_keeps_the_key_that_is_entered_with_it(self, operator):
        submit(operator, OPENAI, base_url=ELSEWHERE, enter_api_key="sk-entered-7")
        assert IntegrationProvider.objects.get(pk="openai").api_key == Secret("sk-entered-7")
        assert GlobalIntegrationSettings.objects.get().openai_api_key == "sk-entered-7"

    @pytest.mark.legacy
    def test_of_a_row_that_is_added_takes_the_key_that_the_settings_have_for_it(self, operator):
        IntegrationProvider.objects.filter(pk="runware").delete()
        sent = {
            "provider_id": "runware", "display_name": "Runware", "provider_type": "ai", "is_active": "on",
            "config": "{}", "base_url": "https://api.openai.com/v1",
        }  # fmt: skip
        added = operator.post(url(IntegrationProvider, "add"), sent, follow=True)
        assert "so the keys were removed" in text_of(added)
        assert GlobalIntegrationSettings.objects.get().runware_api_key == ""
        assert IntegrationProvider.objects.get(pk="runware").base_url == "https://api.openai.com/v1"
        assert AuditEvent.objects.latest("id").before["runware_api_key"] == Secret(DEMO_KEYS["runware"]).fingerprint

    def test_is_the_same_with_a_slash_at_its_end(self, operator):
        submit(operator, OPENAI, base_url=ELSEWHERE, enter_api_key="sk-entered-7")
        submit(operator, OPENAI, base_url=f"{ELSEWHERE}/")
        assert IntegrationProvider.objects.get(pk="openai").api_key == Secret("sk-entered-7")

    @pytest.mark.parametrize("back", ["", "https://api.openai.com/v1"])
    def test_takes_them_on_the_way_back_too(self, operator, back):
        submit(operator, OPENAI, base_url=ELSEWHERE, enter_api_key="sk-entered-7")
        submit(operator, OPENAI, base_url=back)
        assert not IntegrationProvider.objects.get(pk="openai").api_key

    @pytest.mark.parametrize(
        "address",
        [
            "https://evil.example/v1", "http://api.openai.com/v1", "https://api.openai.com@evil.example/v1",
            "https://api.openai.com.evil.example/v1", "https://169.254.169.254/latest", "https://[::1]/v1",
            "https://2130706433/v1", "https://10.0.0.1/v1", "ftp://api.openai.com/v1", "https://api.openai.com/v1?x=1",
        ],
    )  # fmt: skip
    def test_that_no_key_may_be_sent_to_is_refused(self, operator, address):
        assert list(errors_of(submit(operator, OPENAI, base_url=address))) == ["base_url"]
        row = IntegrationProvider.objects.get(pk="openai")
        assert (row.base_url, row.api_key) == ("", Secret(DEMO_KEYS["openai"]))

    @pytest.mark.parametrize("named", ["evil.example", "EVIL.example."])
    def test_that_the_settings_name_is_taken(self, operator, settings, named):
        settings.IGNY8_PROVIDER_HOSTS = [named]
        assert submit(operator, OPENAI, base_url="https://evil.example/v1").status_code == 302
