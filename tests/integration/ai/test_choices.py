"""Which model and which parameters an account works with."""

import pytest

from igny8_core.ai import choices
from igny8_core.ai.providers.results import ImageLook
from igny8_core.auth.models import Account
from igny8_core.modules.system.models import GlobalIntegrationSettings, IntegrationSettings
from migration_harness.deciding.stages import Stage

from ..content_parts import site_of
from .conftest import everyone_at

pytestmark = pytest.mark.usefixtures("new_side")


@pytest.fixture
def account(demo):
    """An account on a plan that allows overrides."""
    return Account.objects.select_related("plan").filter(plan__allows_overrides=True).order_by("pk").first()


@pytest.fixture
def site(account):
    return site_of(account)


def choose(account, site=None, **values):
    IntegrationSettings.objects.create(account=account, site=site, **values)


class TestModel:
    @pytest.mark.parametrize(
        ("by_account", "by_site", "expected"),
        [("", "", "gpt-5.1"), ("gpt-4o", "", "gpt-4o"), ("", "gpt-4.1", "gpt-4.1"), ("gpt-4o", "gpt-4.1", "gpt-4.1")],
        ids=["nobody", "account", "site", "both"],
    )
    def test_is_the_sites_choice_else_the_accounts_else_everybodys(self, account, site, by_account, by_site, expected):
        choose(account, text_model=by_account)
        choose(account, site, text_model=by_site)
        assert choices.text_model_for(account=account, site=site) == expected

    def test_of_another_site_is_not_this_ones(self, account, site):
        other = account.sites.create(account=account, name="Other")
        choose(account, other, text_model="gpt-4o", image_model="google:4@2")
        assert choices.text_model_for(account=account, site=site) == "gpt-5.1"
        assert choices.text_model_for(account=account) == "gpt-5.1"
        assert choices.image_model_for(account=account, site=other) == "google:4@2"

    @pytest.mark.legacy
    @pytest.mark.parametrize(
        ("stage", "expected"), [(Stage.SHADOW, "gpt-4o-mini"), (Stage.LIVE, "gpt-5.1"), (Stage.COMPLETE, "gpt-5.1")]
    )
    def test_that_nobody_chose_is_by_the_stage(self, account, site, stage, expected):
        with everyone_at(stage):
            assert choices.text_model_for(account=account, site=site) == expected

    def test_is_everybodys_on_a_plan_that_allows_no_overrides(self, demo):
        account = Account.objects.select_related("plan").filter(plan__allows_overrides=False).first()
        site = site_of(account)
        choose(account, text_model="gpt-4o", image_model="google:4@2", temperature=1.5)
        choose(account, site, text_model="gpt-4.1")
        assert choices.text_model_for(account=account, site=site) == "gpt-5.1"
        assert choices.image_model_for(account=account, site=site) == "dall-e-3"
        assert choices.text_parameters_for(account=account, site=site).temperature == 0.7


class TestParameters:
    def test_are_everybodys_where_nobody_chose(self, account, site):
        GlobalIntegrationSettings.objects.update(openai_temperature=0.3, openai_max_tokens=4_000)
        assert choices.text_parameters_for(account=account, site=site) == choices.TextParameters(
            temperature=0.3, max_tokens=4_000
        )

    def test_may_be_zero(self, account, site):
        choose(account, temperature=0.0, max_tokens=99)
        assert choices.text_parameters_for(account=account, site=site) == choices.TextParameters(
            temperature=0.0, max_tokens=99
        )

    def test_of_a_look_are_chosen_one_by_one(self, account, site):
        choose(account, image_quality="hd")
        choose(account, site, image_style="natural")
        assert choices.image_look_for(account=account, site=site) == ImageLook(quality="hd", style="natural")
