"""The automation's pages in the admin."""

import pytest
from django.urls import reverse

from igny8_core.auth.models import User
from igny8_core.business.automation.models import AutomationRun
from igny8_core.business.automation.queries import config_of
from igny8_core.business.automation.services.automation_service import AutomationService


@pytest.fixture
def page(client, demo):
    client.force_login(User.objects.create(username="root", is_staff=True, is_superuser=True))

    def get(name, *arguments):
        return client.get(reverse(f"admin:automation_{name}", args=arguments))

    return get


class TestRunPages:
    def test_show_a_run_and_its_units(self, page, ai, site, work):
        run = work(AutomationService.run_now(site=site))
        listed = page("automationrun_changelist").content.decode()
        assert "Herb garden" in listed
        assert f"automation:{run.pk}:1:" in page("automationrun_change", run.pk).content.decode()

    def test_change_nothing(self, page, client, ai, site):
        run = AutomationService.run_now(site=site)
        assert page("automationrun_add").status_code == 403
        assert page("automationrun_delete", run.pk).status_code == 403
        address = reverse("admin:automation_automationrun_change", args=[run.pk])
        assert client.post(address, {"status": "completed"}).status_code == 403
        assert AutomationRun.objects.get().status == "pending"


class TestConfigPages:
    def test_change_a_configuration_whose_schedule_then_holds_from_now_on(self, page, client, site):
        config = config_of(site)
        assert "Herb garden" in page("automationconfig_changelist").content.decode()
        address = reverse("admin:automation_automationconfig_change", args=[config.pk])
        form = page("automationconfig_change", config.pk).context["adminform"].form
        values = {name: form.initial[name] for name in form.fields} | {"enabled": "on", "hour": 5}
        assert client.post(address, values).status_code == 302
        changed = config_of(site)
        assert (changed.enabled, changed.hour, changed.account) == (True, 5, site.account)
        assert changed.scheduled_from > config.scheduled_from

    def test_add_none_by_hand(self, page):
        assert page("automationconfig_add").status_code == 403
