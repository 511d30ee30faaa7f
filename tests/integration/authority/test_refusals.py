"""Flips, debits and keys of whoever may not: refused by page, API, admin and command, and on the trail."""

import json

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.management import CommandError, call_command

from igny8_core.business.billing.models import IntegrationProvider
from migration_harness.models import AuditEvent, Flag
from tests.people import APPROVER, OPERATOR, VIEWER, person
from tests.trial_flag import FLAG

from ..console.browser import words

API = "/api/v1/migration/"
PROVIDER, SETTINGS = "/admin/billing/integrationprovider/", "/admin/system/globalintegrationsettings/1/change/"
TAKEN = {"refund": "0", "debit": "1", "allow_debits": "on", "until": "2026-01-01", "against": "signed"}
DEBIT = {"until": "2026-01-01T00:00:00Z", "refund": 0, "allow_debits": True, "debit": 1, "reason": "x"}


def page(path, **form):
    return lambda client: client.post(f"/migration/{path}", form)


def api(method, path, **body):
    return lambda client: client.generic(method, f"{API}{path}", data=json.dumps(body), content_type="application/json")


def in_the_admin(client):
    flag = Flag.objects.get(name=FLAG)
    return client.post("/admin/migration_harness/flag/", {"action": "roll_back", ACTION_CHECKBOX_NAME: flag.pk})


def key_on(address):
    return lambda client: client.post(address, {"enter_api_key": "planted-key", "enter_openai_api_key": "planted-key"})


def key_by_api(client):
    body = {"provider": "openai", "api_key": "planted-key"}
    return client.post("/api/v1/system/provider-keys/", body, content_type="application/json")


WAYS = {
    "a share by page": (page(f"flags/{FLAG}/share/", percent="5"), VIEWER, "change a flag"),
    "an account by page": (page(f"flags/{FLAG}/account/", account="1", membership="on"), APPROVER, "change a flag"),
    "a return by page": (page(f"flags/{FLAG}/return/"), VIEWER, "change a flag"),
    "a rollback by page": (page(f"flags/{FLAG}/rollback/"), VIEWER, "roll back"),
    "a rollback in the admin": (in_the_admin, VIEWER, "roll back"),
    "a flip by API": (api("PATCH", f"flags/{FLAG}/", everyone=True), VIEWER, "change a flag"),
    "a rollback by API": (api("POST", "rollback/"), APPROVER, "roll back"),
    "a debit by API": (api("POST", "heal/", **DEBIT), APPROVER, "heal"),
    "a refund by API": (api("POST", "heal/", until="2026-01-01T00:00:00Z", refund=0), APPROVER, "heal"),
    "a debit by page": (page("heal/", **TAKEN), APPROVER, "heal"),
    "a sign-off by page": (page("forecast/sign-off/", forecast="1", reason="x"), OPERATOR, "sign off"),
    "a sign-off by API": (api("POST", "forecast/sign-off/", forecast=1, reason="x"), OPERATOR, "sign off"),
    "a key on the provider's page": (key_on(f"{PROVIDER}openai/change/"), OPERATOR, "enter a key"),
    "a key of a new provider": (key_on(f"{PROVIDER}add/"), OPERATOR, "enter a key"),
    "a key on the page of settings": (key_on(SETTINGS), OPERATOR, "enter a key"),  # @legacy line
    "a key by API": (key_by_api, OPERATOR, "enter a key"),
}  # fmt: skip


def state():
    keys = {each.pk: each.api_key.fingerprint for each in IntegrationProvider.objects.all() if each.api_key}
    return list(Flag.objects.order_by("pk").values()), keys


class TestARefusal:
    @pytest.mark.parametrize("way", WAYS)
    def test_of(self, client, trial_flag, way):
        ask, role, asked = WAYS[way]
        client.force_login(person("sam", role))
        before = state()
        response = ask(client)
        assert (response.status_code, "sam may not " in response.text, "permission" in response.text) == (
            403,
            True,
            True,
        )
        events = AuditEvent.objects.filter(action="refuse").values_list("actor", "evidence__asked")
        assert (list(events), state() == before) == ([("sam", asked)], True)
        assert "planted-key" not in response.text

    def test_by_command_is_on_the_trail(self, trial_flag):
        person("sam", VIEWER)
        with pytest.raises(CommandError) as refused:
            call_command("harness", "flag", FLAG, "--everyone", "yes", "--as", "sam")
        assert refused.value.returncode == 3
        (event,) = AuditEvent.objects.filter(action="refuse")
        assert (event.actor, event.evidence["subject"], event.evidence["origin"]) == ("sam", FLAG, "named")

    def test_by_page_is_a_page_that_names_the_way_on(self, client, trial_flag):
        client.force_login(person("sam", VIEWER))
        shown = words(client.get(f"/migration/flags/{FLAG}/share/"))
        assert "with the group Migration operator" in shown


class TestAPage:
    def test_hides_from_a_viewer_what_only_operators_may(self, client, trial_flag):
        client.force_login(person("vic", VIEWER))
        shown = client.get(f"/migration/flags/{FLAG}/").text
        for path in ("rollback", "return", "account", "share"):
            assert f"/migration/flags/{FLAG}/{path}/" not in shown

    def test_offers_an_operator_what_they_may(self, client, trial_flag):
        client.force_login(person("olga", OPERATOR))
        shown = client.get(f"/migration/flags/{FLAG}/").text
        for path in ("rollback", "account", "share"):
            assert f"/migration/flags/{FLAG}/{path}/" in shown

    def test_of_staff_without_a_role_leads_nowhere(self, client, trial_flag):
        client.force_login(person("sam"))
        shown = client.get("/admin/").text
        assert "/migration/" not in shown
        assert "/admin/migration_harness/" not in shown

    def test_of_the_admin_offers_the_way_back_to_operators_alone(self, client, trial_flag):
        offered = 'value="roll_back"'
        client.force_login(person("vic", VIEWER))
        assert offered not in client.get("/admin/migration_harness/flag/").text
        client.force_login(person("olga", OPERATOR))
        assert offered in client.get("/admin/migration_harness/flag/").text
        assert in_the_admin(client).status_code == 302
        assert AuditEvent.objects.latest("id").action == "roll back"

    @pytest.mark.legacy
    def test_of_keys_has_no_input_for_whoever_may_enter_none(self, client, trial_flag):
        client.force_login(person("sam", permissions=("system.change_globalintegrationsettings",)))
        shown = client.get(SETTINGS)
        assert (shown.status_code, "enter_openai_api_key" in shown.text) == (200, False)
        assert key_on(SETTINGS)(client).status_code == 403
