"""No key leaves the admin."""

import pytest
from django.contrib import admin

from igny8_core.business.billing.models import IntegrationProvider
from igny8_core.modules.system.models import GlobalIntegrationSettings
from migration_harness.models import AuditEvent
from migration_harness.secret import Secret

from .pages import OPENAI, SETTINGS, errors_of, submit, url

PLANTED = {
    "api_key": "sk-planted-Qx7Lw2VbN9",
    "api_secret": "sec-planted-Hy4Rt8ZmK1",
    "webhook_secret": "whsec-planted-Jd6Fp3CsU5",
    "openai_api_key": "sk-planted-Ga5Ne8BiX2",
    "dalle_api_key": "sk-planted-Wo1Mu6DyT7",
    "runware_api_key": "rw-planted-Ek9Sv4PhL3",
    "anthropic_api_key": "an-planted-Iz2Cq7OfR8",
    "bria_api_key": "br-planted-Ub8Xj5AgM6",
}


class TestNoKey:
    """No page, no error and no filter shows a planted key or a fragment of it."""

    @pytest.fixture(autouse=True)
    def _planted(self, operator):
        for name in ("api_key", "api_secret", "webhook_secret"):
            IntegrationProvider.objects.update(**{name: PLANTED[name]})
        keys = {name: key for name, key in PLANTED.items() if name.endswith("_api_key")}
        GlobalIntegrationSettings.objects.update(**keys)

    def fragments_in(self, response):
        told = response.content.decode() + str(response.headers)
        parts = {part for key in PLANTED.values() for part in (key, key[:-4], key[-10:], key[11:17])}
        return sorted(part for part in parts if part in told)

    def test_is_on_any_page_of_the_admin(self, operator):
        seen = 0
        for model in admin.site._registry:
            rows = list(model._default_manager.order_by("pk")[:5])
            pages = [url(model, "changelist"), url(model, "add")]
            pages += [url(model, page, row.pk) for row in rows for page in ("change", "history", "delete")]
            for address in pages:
                response = operator.get(address, follow=True)
                assert self.fragments_in(response) == [], address
                seen += response.status_code == 200
        assert seen > 100
        for address in ("/admin/", "/admin/system/integrationsettings/retired/", "/migration/"):
            assert self.fragments_in(operator.get(address)) == [], address

    @pytest.mark.parametrize(
        ("address", "field"),
        [(OPENAI, name) for name in ("api_key", "api_secret", "webhook_secret")]
        + [(SETTINGS, name) for name in PLANTED if name.endswith("_api_key")],
    )
    @pytest.mark.parametrize("typed", ["{} with-a-space", "{}" + "x" * 600], ids=["a space", "too long"])
    def test_that_was_refused_comes_back(self, operator, address, field, typed):
        response = submit(operator, address, **{f"enter_{field}": typed.format(PLANTED[field])})
        assert list(errors_of(response)) == [f"enter_{field}"]
        assert self.fragments_in(response) == []

    @pytest.mark.parametrize("address", [OPENAI, SETTINGS])
    def test_comes_back_where_another_field_was_refused(self, operator, address):
        broken = {"display_name": ""} if address == OPENAI else {"openai_temperature": "3"}
        field = "api_key" if address == OPENAI else "openai_api_key"
        response = submit(operator, address, **{f"enter_{field}": PLANTED[field], **broken})
        assert response.status_code == 200
        assert self.fragments_in(response) == []

    @pytest.mark.parametrize("name", ["api_key", "api_secret", "webhook_secret"])
    @pytest.mark.parametrize("lookup", ["", "__startswith", "__regex", "__isnull"])
    def test_can_be_found_out_by_a_filter(self, operator, name, lookup):
        page = url(IntegrationProvider, "changelist")
        assert operator.get(page, {f"{name}{lookup}": "1"}).status_code == 400
        assert operator.get(page, {"provider_id__startswith": "o"}).status_code == 200

    @pytest.mark.parametrize("name", [name for name in PLANTED if name.endswith("_api_key")])
    def test_of_the_settings_row_can_be_found_out_by_a_filter(self, operator, name):
        shown = admin.site._registry[GlobalIntegrationSettings]
        assert not shown.lookup_allowed(f"{name}__startswith", "s", None)

    def test_is_in_the_log_or_on_the_audit_trail_after_it_was_saved(self, operator, caplog):
        submit(operator, OPENAI, enter_api_key=PLANTED["openai_api_key"])
        told = caplog.text + "".join(
            f"{event.before}{event.after}{event.evidence}" for event in AuditEvent.objects.all()
        )
        assert Secret(PLANTED["openai_api_key"]).fingerprint in told
        assert [key for key in PLANTED.values() if key[3:12] + key[-4:] in told or key in told] == []
