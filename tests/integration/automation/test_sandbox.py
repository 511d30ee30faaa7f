"""Whole runs with the real operations, over real HTTP to the sandbox provider."""

import pytest

from igny8_core.ai.sandbox import sandbox
from igny8_core.auth.models import Account
from igny8_core.business.automation import worker
from igny8_core.business.automation.models import AutomationConfig, AutomationRun, AutomationUnit
from igny8_core.business.automation.queries import config_of, credits_used, progress_of
from igny8_core.business.automation.run_models import RunStatus
from igny8_core.business.automation.services.automation_service import AutomationService
from igny8_core.business.billing.models import CreditTransaction, CreditUsageLog
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword
from igny8_core.modules.writer.models import Content, Image, ImagePrompt, Task
from migration_harness.deciding.stages import Stage
from migration_harness.testing import fixed_flags, flag_at

from .parts import deductions, site_with, task_of

FLAG = "model-based-credits"


@pytest.fixture(scope="module")
def server():
    with sandbox() as started:
        yield started


@pytest.fixture
def provider(server, settings, tmp_path):
    """The sandbox, asked nothing yet; the demo's keys lead to it."""
    server.forget()
    settings.IGNY8_SANDBOX_URL = server.url
    settings.MEDIA_ROOT = tmp_path / "media"
    return server


@pytest.fixture
def site(demo, provider):
    site = site_with(name="Over HTTP", account=Account.objects.select_related("plan").get(name="Blue Harbour"))
    for keyword in ("oak table", "round oak table", "garden bench", "teak garden bench"):
        Keyword.objects.create(account=site.account, site=site, keyword=keyword)
    AutomationConfig.objects.filter(pk=config_of(site).pk).update(max_articles=2)
    return site


def worked(site):
    """Start a run by hand, let a worker do it, and return it."""
    run = AutomationService.run_now(site=site)
    worker.take_turn(run_id=run.pk)
    return AutomationRun.objects.get(pk=run.pk)


class TestRun:
    def test_turns_keywords_into_articles_with_images_that_wait_for_review(self, site, provider):
        run = worked(site)
        assert (run.status, run.error) == (RunStatus.COMPLETED, "")
        assert not Keyword.objects.filter(site=site, cluster=None).exists()
        assert not Cluster.objects.filter(site=site, ideas=None).exists()
        assert not ContentIdea.objects.filter(site=site, status="new").exists()
        articles = Content.objects.filter(site=site)
        assert [article.status for article in articles] == [Content.Status.REVIEW] * 2
        prompts = ImagePrompt.objects.filter(content__in=articles)
        assert prompts.count() == 6
        assert {image.prompt_id for image in Image.objects.all()} == {prompt.pk for prompt in prompts}

    @pytest.mark.parametrize("stage", [Stage.OFF, Stage.SHADOW, Stage.LIVE, Stage.COMPLETE])
    def test_makes_a_call_a_charge_and_a_log_for_each_operation(self, site, provider, stage):
        with fixed_flags(flag_at(FLAG, stage)):
            run = worked(site)
        paid = AutomationUnit.objects.filter(run=run, stage__in=(1, 2, 4, 5, 6))
        assert paid.exclude(status="done").count() == 0
        charges = deductions(site)
        assert len(charges) == paid.count() == len(provider.requests)
        assert sum(charges.values()) == credits_used(run) > 0
        logs = CreditUsageLog.objects.filter(account=site.account)
        assert sorted(logs.values_list("credits_used", flat=True)) == sorted(charges.values())
        # The image's operation has the prompt's number once more: an operation may have several images.
        assert {operation_id.split(":")[2] for operation_id in charges} == {"1", "2", "4", "5", "6"}

    def test_costs_at_most_what_was_estimated(self, site):
        for stage in (Stage.OFF, Stage.LIVE):
            with fixed_flags(flag_at(FLAG, stage)):
                run = worked(site)
            assert credits_used(run) <= run.estimated_credits
            Content.objects.all().delete()
            Task.objects.update(status=Task.Status.QUEUED)


class TestFault:
    def test_of_the_provider_in_one_unit_is_recorded_without_a_charge(self, site):
        Keyword.objects.all().delete()
        good, bad = task_of(site, "Grow basil"), task_of(site, "Grow sage [[sandbox fault=400]]")
        run = worked(site)
        assert run.status == RunStatus.COMPLETED
        stage = next(stage for stage in progress_of([run])[run.pk] if stage.stage == 4)
        assert (stage.done, stage.failed) == (1, 1)
        failed = AutomationUnit.objects.get(run=run, status="failed")
        assert failed.rows == [bad.pk]
        assert "openai, model" in failed.error
        assert failed.operation_id not in deductions(site)
        assert Content.objects.get(site=site).task == good

    def test_of_an_image_leaves_its_article_a_draft_until_the_next_run(self, site):
        Keyword.objects.all().delete()
        content = Content.objects.create(account=site.account, site=site, title="Basil", html="<p>Basil.</p>")
        for position, text in enumerate(["A pot [[sandbox fault=400 times=1]]", "A leaf"]):
            ImagePrompt.objects.create(
                account=site.account, content=content, role="in_article", position=position, prompt=text
            )
        run = worked(site)
        assert (run.status, Content.objects.get().status) == (RunStatus.COMPLETED, Content.Status.DRAFT)
        assert (Image.objects.count(), len(deductions(site))) == (1, 1)
        worked(site)
        assert (Content.objects.get().status, Image.objects.count()) == (Content.Status.REVIEW, 2)


class TestEmptyAccount:
    def test_pauses_the_run_before_the_provider_is_called_and_goes_on_when_it_was_filled(self, site, provider):
        Keyword.objects.all().delete()
        account = Account.objects.create(name="Poor", plan=site.account.plan)
        poor = site_with(name="Poor", account=account)
        for number in range(3):
            task_of(poor, f"Task {number}")
        AutomationConfig.objects.filter(pk=config_of(poor).pk).update(max_images=0)
        add(account, 500)
        poor.account.refresh_from_db()
        with fixed_flags(flag_at(FLAG, Stage.LIVE)):
            run = AutomationService.run_now(site=poor)
            # Somebody else uses the credits up while the run waits for its worker.
            spend(account, 500)
            worker.take_turn(run_id=run.pk)
            run.refresh_from_db()
            assert (run.status, len(provider.requests)) == (RunStatus.PAUSED, 0)
            assert "Poor has 0 credits" in run.error

            add(account, 500)
            AutomationService.resume(site=poor)
            worker.take_turn(run_id=run.pk)
        run.refresh_from_db()
        assert (run.status, Content.objects.filter(site=poor).count()) == (RunStatus.COMPLETED, 3)


def add(account, credits):
    CreditService.add_credits(
        account=account, amount=credits, description="", transaction_type=CreditTransaction.TransactionType.PURCHASE
    )


def spend(account, credits):
    balance = Account.objects.values_list("credits", flat=True).get(pk=account.pk)
    CreditTransaction.objects.create(
        account=account, transaction_type="adjustment", amount=-credits, balance_after=balance - credits, description=""
    )
