"""The page of choices whose model is retired."""

import re

import pytest

from igny8_core.auth.models import User
from igny8_core.modules.system.models import GlobalIntegrationSettings, IntegrationSettings
from igny8_core.modules.system.retired_choices import retired_choices
from migration_harness.models import AuditEvent

from .pages import text_of


class TestRetiredPage:
    ADDRESS = "/admin/system/integrationsettings/retired/"

    def map_(self, client, **changes):
        sent = {"retired": "gpt-4.1", "where": "accounts", "to": "gpt-5.1", "reason": "decided on Monday"}
        return client.post(self.ADDRESS, sent | changes, follow=True)

    @pytest.mark.legacy
    def test_lists_whose_choice_has_no_price(self, operator):
        told = text_of(operator.get(self.ADDRESS))
        assert "3 retired models are still stored as a choice" in told
        assert "Kestrel Drones Kestrel Drones blog text_model yes" in told
        assert "bria:10@1 , chosen for images by the installation" in told

    @pytest.mark.legacy
    def test_offers_the_models_that_fit(self, operator):
        html = operator.get(self.ADDRESS).content.decode()
        cards = {re.search(r"<code>(.*?)</code>", card)[1]: card for card in html.split('class="card"')[1:]}
        offered = {name: re.findall(r'<option value="([^"]+)"', card) for name, card in cards.items()}
        assert offered == {
            "bria:10@1": ["runware:97@1", "google:4@2"],
            "dall-e-2": ["runware:97@1", "dall-e-3", "google:4@2"],
            "gpt-4.1": ["gpt-5.1", "gpt-4o", "gpt-4o-mini"],
        }

    def test_maps_with_a_reason(self, operator):
        assert "gpt-4.1 → gpt-5.1: 1 choice changed (text_model 1)." in text_of(self.map_(operator))
        assert "gpt-4.1" not in [choice.model for choice in retired_choices()]
        event = AuditEvent.objects.latest("id")
        assert (event.actor, event.reason) == ("olga", "decided on Monday")

    def test_maps_what_was_stored_with_blanks_around_it(self, operator):
        rows = IntegrationSettings.objects.filter(text_model="gpt-4.1")
        assert rows.update(text_model=" gpt-4o ") == 1
        self.map_(operator, retired=" gpt-4o ", to="gpt-4o")
        assert IntegrationSettings.objects.filter(text_model="gpt-4o").count() == 1

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"reason": ""}, "Say what the choices become, and why."),
            ({"to": "dall-e-3"}, "gpt-4.1 is stored as a model for text"),
            ({"where": "nowhere"}, "Say what the choices become, and why."),
        ],
    )
    def test_refuses_and_says_why(self, operator, changes, said):
        assert said in text_of(self.map_(operator, **changes))
        assert "gpt-4.1" in [choice.model for choice in retired_choices()]

    @pytest.mark.legacy
    def test_says_when_nothing_is_left(self, operator):
        IntegrationSettings.objects.all().delete()
        GlobalIntegrationSettings.objects.update(runware_model="runware:97@1")
        assert "Every stored choice has an active, priced row" in text_of(operator.get(self.ADDRESS))

    def test_shows_whoever_may_only_look_no_form(self, client, demo):
        from django.contrib.auth.models import Permission

        viewer = User.objects.create_user("viewer", is_staff=True)
        viewer.user_permissions.add(Permission.objects.get(codename="view_integrationsettings"))
        client.force_login(viewer)
        assert "Becomes" not in text_of(client.get(self.ADDRESS))
        assert self.map_(client).status_code == 403
