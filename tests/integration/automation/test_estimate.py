"""What a run is expected to cost, and that a run which is let in does not cost more."""

import pytest

from igny8_core.auth.models import Account
from igny8_core.business.automation import estimate
from igny8_core.business.automation.models import AutomationConfig
from igny8_core.business.automation.queries import config_of
from igny8_core.business.automation.services.automation_service import AutomationService
from igny8_core.business.billing.exceptions import CreditCalculationError, InsufficientCreditsError
from igny8_core.business.billing.models import AIModelConfig, CreditTransaction
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.modules.planner.models import Keyword
from igny8_core.modules.system.models import GlobalIntegrationSettings, IntegrationSettings
from migration_harness.deciding.stages import Stage
from migration_harness.testing import fixed_flags, flag_at

from .parts import draft_of, site_with, task_of

FLAG = "model-based-credits"


@pytest.fixture
def bare(ai, demo):
    return site_with(name="Bare")


def configure(site, **fields):
    AutomationConfig.objects.filter(pk=config_of(site).pk).update(**fields)


def credits_by_stage(site):
    return [stage.credits for stage in AutomationService.estimate(site=site).stages]


def rows_by_stage(site):
    return [stage.rows for stage in AutomationService.estimate(site=site).stages]


class TestEstimate:
    def test_of_a_site_where_nothing_waits_is_nothing(self, bare):
        told = AutomationService.estimate(site=bare)
        assert (told.credits, told.needed, told.sufficient) == (0, 0, True)

    @pytest.mark.parametrize(
        ("stage", "credits"),
        [
            # Legacy: 500 and 37 a keyword are 1,980 tokens, at 150 a credit; one idea_generation call of 8 clusters
            # follows in two batches; ten articles of 4,000 tokens at 100; prompts of 3,800 at 100; images at 5.
            (Stage.OFF, [14, 18 + 12, 0, 400, 380, 150, 0]),
            # New: 1,000 tokens a credit, each call rounded up.
            (Stage.LIVE, [2, 4 + 3, 0, 40, 40, 150, 0]),
        ],
        ids=["legacy", "new"],
    )
    def test_prices_each_call_on_the_side_that_answers(self, bare, stage, credits):
        Keyword.objects.bulk_create(
            Keyword(account=bare.account, site=bare, keyword=f"herb {number}") for number in range(40)
        )
        with fixed_flags(flag_at(FLAG, stage)):
            assert credits_by_stage(bare) == credits

    def test_counts_what_waits_and_what_earlier_stages_add(self, ai, bare):
        Keyword.objects.bulk_create(
            Keyword(account=bare.account, site=bare, keyword=f"herb {number}") for number in range(6)
        )
        task_of(bare)
        draft_of(bare, prompts=2)
        draft_of(bare, "Sage")
        # Six keywords become two clusters, those six ideas; with the task seven articles, and one draft waits.
        assert rows_by_stage(bare) == [6, 2, 6, 7, 8, 2 + 8 * 3, 8]

    def test_keeps_to_the_most_that_a_run_makes(self, bare):
        for number in range(5):
            task_of(bare, f"Task {number}")
        configure(bare, max_articles=2, max_images=4)
        assert rows_by_stage(bare) == [0, 0, 0, 2, 2, 4, 2]

    def test_follows_the_number_of_images_of_an_article(self, bare):
        draft_of(bare)
        GlobalIntegrationSettings.objects.update(max_in_article_images=4)
        assert rows_by_stage(bare)[5] == 5

    def test_prices_images_one_by_one_as_they_are_charged(self, bare):
        draft_of(bare, prompts=3)
        with fixed_flags(flag_at(FLAG, Stage.OFF)):
            # Three at once would be six, by the fault of the legacy estimate.
            assert credits_by_stage(bare)[5] == 15

    def test_adds_a_fifth_as_its_margin(self, bare):
        task_of(bare)
        configure(bare, max_images=0)
        with fixed_flags(flag_at(FLAG, Stage.LIVE)):
            told = AutomationService.estimate(site=bare)
        # An article of 4,000 tokens, and 3,800 for its prompts: eight credits, and 1.6 rounded up.
        assert (told.credits, told.needed) == (8, 10)

    def test_of_a_model_without_a_price_is_an_error(self, bare):
        task_of(bare)
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=None)
        with fixed_flags(flag_at(FLAG, Stage.LIVE)), pytest.raises(CreditCalculationError, match=r"gpt-5\.1"):
            AutomationService.estimate(site=bare)

    def test_charges_nothing(self, ai, site):
        before = CreditTransaction.objects.count()
        AutomationService.estimate(site=site)
        assert (ai.calls, CreditTransaction.objects.count()) == ([], before)


class TestModels:
    """Without the trial's: those that the site's operations would ask."""

    @pytest.mark.legacy
    def test_are_those_that_everybody_has(self, demo):
        told = AutomationService.estimate(site=site_with(name="Bare"))
        assert (told.text_model, told.image_model) == ("gpt-4o-mini", "dall-e-3")

    def test_are_those_that_the_site_has_chosen(self, demo):
        account = Account.objects.get(name="Blue Harbour")
        site = site_with(name="Bare", account=account)
        IntegrationSettings.objects.create(account=account, site=site, text_model="gpt-4o", image_model="google:4@2")
        told = AutomationService.estimate(site=site)
        assert (told.text_model, told.image_model) == ("gpt-4o", "google:4@2")


class TestStart:
    @pytest.fixture
    def poor(self, bare):
        """Return a site whose account has the credits that it is given."""

        def make(credits):
            account = Account.objects.create(name="Poor", plan=bare.account.plan)
            if credits:
                CreditService.add_credits(
                    account=account,
                    amount=credits,
                    transaction_type=CreditTransaction.TransactionType.PURCHASE,
                    description="",
                )
            site = site_with(account=Account.objects.get(pk=account.pk), name="Poor")
            task_of(site)
            configure(site, max_images=0)
            return site

        return make

    @pytest.mark.parametrize(("credits", "starts"), [(0, False), (8, False), (9, False), (10, True)])
    def test_needs_the_estimate_with_its_margin(self, poor, credits, starts):
        site = poor(credits)
        with fixed_flags(flag_at(FLAG, Stage.LIVE)):
            if starts:
                assert AutomationService.run_now(site=site).estimated_credits == 10
            else:
                with pytest.raises(
                    InsufficientCreditsError, match=rf"Poor has {credits} credits.*need 10 \(8 and 20 %"
                ):
                    AutomationService.run_now(site=site)


class TestExpectedTokens:
    def test_are_there_for_each_text_operation_of_a_run(self):
        assert set(estimate.EXPECTED_TOKENS) == {
            "clustering", "idea_generation", "content_generation", "image_prompt_extraction",
        }  # fmt: skip
