"""Operators save the keys of providers; nobody reads one."""

import pytest
from rest_framework.test import APIClient

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import IntegrationProvider
from igny8_core.modules.system.models import GlobalIntegrationSettings
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.models import AuditEvent
from migration_harness.secret import Secret
from tests.people import person

from .clients import API, data_of, error_of, user_of, with_session, with_token

ADDRESS = f"{API}system/provider-keys/"
KEY = "sk-entered-0d3f9a77c1"


def stored():
    return {
        "provider": IntegrationProvider.objects.get(pk="openai").api_key.reveal() == KEY,
        "settings": GlobalIntegrationSettings.objects.get(pk=1).openai_api_key == KEY,  # @legacy line
    }


def save(client, **body):
    return client.post(ADDRESS, {"provider": "openai", "api_key": KEY} | body, format="json")


@pytest.fixture
def ada(demo):
    return with_token(person("ada", permissions=("billing.change_integrationprovider",)))


class TestProviderKey:
    @pytest.mark.legacy
    def test_reaches_both_stores_at_shadow_and_answers_the_fingerprint_alone(self, ada):
        response = save(ada)
        assert data_of(response) == {"provider": "openai", "fingerprint": Secret(KEY).fingerprint}
        assert stored() == {"provider": True, "settings": True}
        assert KEY not in response.text

    def test_reaches_the_new_store_alone_at_complete(self, ada):
        from migration_harness.deciding.stages import Stage

        flag = "integration-provider-keys"
        change_flag(name=flag, change=FlagChange(stage=Stage.COMPLETE, everyone=True), actor="test")
        assert save(ada).status_code == 200
        assert stored() == {"provider": True, "settings": False}

    def test_is_on_the_audit_trail_by_its_fingerprint(self, ada):
        save(ada)
        event = AuditEvent.objects.latest("id")
        assert (event.actor, event.action, event.after) == (
            "ada", "save provider key", {"api_key": Secret(KEY).fingerprint},
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"api_key": f"{KEY} {KEY}"}, 400, "key_refused"),
            ({"api_key": KEY * 100}, 400, "invalid"),
            ({"provider": "nobody"}, 404, "unknown_provider"),
            ({"key": KEY}, 400, "invalid"),
        ],
        ids=["no key", "too long", "unknown provider", "unknown field"],
    )
    def test_that_is_refused_is_not_quoted_and_changes_nothing(self, ada, body, status, code):
        before = stored()
        response = save(ada, **body)
        assert (response.status_code, error_of(response)["code"], KEY in response.text) == (status, code, False)
        assert stored() == before

    def test_is_nobodys_but_an_operators(self, demo):
        assert save(APIClient()).status_code == 401
        assert save(with_token(user_of(Account.objects.first()))).status_code == 403
        assert True not in stored().values()

    def test_with_a_session_needs_the_csrf_token(self, demo):
        operator = person("grace", permissions=("billing.change_integrationprovider",))
        assert save(with_session(operator, enforce_csrf_checks=True)).status_code == 403
