"""The service while phase 1 is undone: what answers as before needs nothing of it, what is new is not there."""

import json

import pytest

from igny8_core.ai.demo_keys import DEMO_KEYS
from igny8_core.ai.providers.endpoint import endpoint_of
from igny8_core.auth.models import User
from igny8_core.business.billing import phase_one
from igny8_core.business.billing.exceptions import UnknownProvider
from igny8_core.business.billing.keys.addressing import change_address
from igny8_core.business.billing.keys.saving import save_provider_key, save_provider_secret
from igny8_core.business.billing.keys.store import ProviderRows
from igny8_core.business.billing.model_limits import limits_of
from igny8_core.business.billing.rates import current_rates
from igny8_core.modules.system.models import GlobalIntegrationSettings
from migration_harness.api import Secret

pytestmark = pytest.mark.legacy
PAGES = ("integrationprovider", "aimodelconfig", "aimodelpricechange")


@pytest.fixture(autouse=True)
def _undone(demo, harness):
    assert harness("rollback", "--all", "--to", "off")[0] == 0
    assert harness("rollback", "--phase", "1", "--without-backup", "--yes")[0] == 0


class TestService:
    def test_knows_it(self):
        assert phase_one.is_there() is False

    def test_has_rates_without_prices(self):
        rate = current_rates()["gpt-5.1"]
        assert (str(rate.output_cost_per_1m), rate.tokens_per_credit) == ("10.000000", None)

    def test_sends_a_temperature_as_before(self):
        assert limits_of("gpt-5.1").takes_temperature is True
        assert limits_of("gpt-5.1").max_output_tokens == 128_000

    def test_asks_a_provider_where_it_always_was(self):
        assert endpoint_of(provider="openai", key=Secret("sk-real")).base_url == "https://api.openai.com/v1"
        assert endpoint_of(provider="openai", key=Secret(DEMO_KEYS["openai"])).is_sandbox

    def test_saves_a_key_in_the_settings_row(self):
        save_provider_key(provider="runware", api_key="another", actor="olga")
        assert GlobalIntegrationSettings.objects.get(pk=1).runware_api_key == "another"

    @pytest.mark.parametrize(
        "save",
        [
            lambda: save_provider_key(provider="stripe", api_key="sk", actor="olga"),
            lambda: save_provider_secret(provider="stripe", field="webhook_secret", secret="sk", actor="olga"),
            lambda: change_address(provider="openai", base_url="", actor="olga"),
        ],
        ids=["a key", "a secret", "an address"],
    )
    def test_says_why_it_has_no_place_for(self, save):
        with pytest.raises(UnknownProvider, match="phase 1 of the migration is undone"):
            save()

    def test_has_an_empty_new_store(self):
        assert (list(ProviderRows().keys()), ProviderRows().read("openai")) == ([], None)

    @pytest.mark.parametrize("page", PAGES)
    def test_lists_nothing_of_it_in_the_admin(self, client, page):
        client.force_login(User.objects.create_superuser("operator", password="x"))
        assert client.get(f"/admin/billing/{page}/").status_code == 200


class TestHarness:
    def test_says_why_nobody_knows_which_choice_has_a_price(self, harness):
        asked = json.loads(harness("gates", "4", "--json")[1])
        (gate,) = [each for each in asked["gates"] if each["gate"] == "choices"]
        assert (gate["answer"], gate["sentence"]) == ("unknown", "Phase 1 is undone: no model has a price.")

    @pytest.mark.parametrize(
        "words",
        ["status", "gates 3", "gates 4", "trial-balance", "reconcile", "migrate --pre --plan"],
    )
    def test_answers(self, harness, words):
        code, out, err = harness(*words.split(), "--json")
        assert (code in (0, 1, 3), "error" in json.loads(out)) == (True, False), err
