"""The AI operations, against the sandbox over real HTTP: what they make, what they cost, and when they fail."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import transaction

from igny8_core.ai import exceptions, operations
from igny8_core.ai.ai_core import AICore
from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import CreditCalculationError, InsufficientCreditsError, OperationConflict
from igny8_core.business.billing.models import AIModelConfig, CreditUsageLog
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword
from igny8_core.modules.writer.models import Content, ImagePrompt, Task

from ..content_parts import cluster_of, content_of, keyword_of, prompt_of, site_of, task_of
from .state import charges_of, state_of

TOKENS = "[[sandbox tokens_in=2000 tokens_out=760]]"


def clustering(site, marker=""):
    keywords = [keyword_of(site, text) for text in (f"oak table {marker}", "round oak table", "garden chair")]
    return {"keyword_ids": [keyword.pk for keyword in keywords]}


def ideas(site, marker=""):
    cluster = Cluster.objects.create(account=site.account, site=site, name="Oak", description=marker)
    Keyword.objects.create(account=site.account, site=site, keyword="oak table", cluster=cluster)
    return {"cluster_ids": [cluster.pk]}


def content(site, marker=""):
    return {"task_id": task_of(site, "How to oil oak", description=marker, keywords=["oak oil"]).pk}


def image_prompts(site, marker=""):
    return {"content_id": content_of(site, title=f"How to oil oak {marker}").pk}


OPERATIONS = {
    "clustering": (operations.cluster_keywords, clustering, 19),
    "idea_generation": (operations.generate_ideas, ideas, 14),
    "content_generation": (operations.generate_content, content, 28),
    "image_prompt_extraction": (operations.generate_image_prompts, image_prompts, 28),
}
"""By operation type: how it is called, what for, and what 2,760 tokens cost by its tariff of today."""

PRICE = 3
"""Credits of 2,760 tokens on gpt-5.1, whatever the operation."""

EACH = pytest.mark.parametrize("operation", OPERATIONS)
FAULTS = {
    "slow": exceptions.ProviderTimedOut,
    "429": exceptions.ProviderRateLimited,
    "500": exceptions.ProviderUnavailable,
    "400": exceptions.ProviderRefused,
    "cut": exceptions.AnswerCutOff,
    "nonsense": exceptions.MalformedAnswer,
    "prose": exceptions.MalformedAnswer,
    "no_usage": exceptions.NoUsageReported,
    "zero_usage": exceptions.NoUsageReported,
}


class Run:
    """One operation on rows made for it, to be run as often as a test likes."""

    def __init__(self, operation, site, marker):
        self.call, arrange, self.tariff = OPERATIONS[operation]
        self.site, self.rows = site, arrange(site, marker)

    def __call__(self, operation_id="op-1", **more):
        values = {"account": self.site.account, "site": self.site, "operation_id": operation_id, **self.rows}
        return self.call(**values | more)


@pytest.fixture
def run(provider, site):
    return lambda operation, marker=TOKENS: Run(operation, site, marker)


@EACH
@pytest.mark.usefixtures("new_side")
class TestOperation:
    """Whatever the operation: one charge, one usage log, one result."""

    def test_is_charged_what_it_really_used_and_logged_once(self, run, account, operation):
        before = account.credits
        made = run(operation)
        outcome = made()
        charged, (usage,) = charges_of("op-1")
        account.refresh_from_db()
        assert charged == [outcome.credits] == [PRICE] == [before - account.credits]
        assert (usage.operation_type, usage.model_used) == (operation, "gpt-5.1")
        assert (usage.tokens_input, usage.tokens_output, usage.credits_used) == (2000, 760, PRICE)
        assert usage.cost_usd == Decimal("0.0101")
        assert usage.metadata["site"] == made.site.pk
        assert CreditUsageLog.objects.filter(account=account).count() == 1

    def test_runs_once_however_often_it_is_called(self, run, provider, operation):
        made = run(operation)
        first = made()
        after = state_of(made.site.account)
        again = made()
        assert (again.repeated, again.created, again.credits, again.model) == (True, (), first.credits, first.model)
        assert first.created
        assert state_of(made.site.account) == after
        assert len(provider.requests) == 1

    @pytest.mark.parametrize("fault", FAULTS)
    def test_that_meets_a_fault_leaves_nothing_and_its_retry_is_one_charge(
        self, run, operation, fault, settings, provider
    ):
        settings.IGNY8_PROVIDER_TIMEOUT_SECONDS = 0.5
        settings.IGNY8_PROVIDER_TRIES = 1
        made = run(operation, f"[[sandbox fault={fault} times=1 tokens_in=2000 tokens_out=760]]")
        before = state_of(made.site.account)
        with pytest.raises(FAULTS[fault], match=r"^openai, model gpt-5\.1: "):
            made()
        unbilled = CreditUsageLog.objects.filter(account=made.site.account)
        # An answer that came and is of no use costs the customer nothing, and the provider's price is on record.
        assert [log.credits_used for log in unbilled] == ([0] if fault == "prose" else [])
        unbilled.delete()
        assert state_of(made.site.account) == before
        outcome = made()
        assert charges_of("op-1")[0] == [outcome.credits] == [PRICE]
        assert (outcome.repeated, len(provider.requests)) == (False, 2)

    @pytest.mark.parametrize("fault", ["429", "500"])
    def test_that_was_asked_for_again_within_it_is_one_charge(self, run, operation, fault, provider):
        made = run(operation, f"[[sandbox fault={fault} times=2 tokens_in=2000 tokens_out=760]]")
        assert made().credits == PRICE
        assert len(charges_of("op-1")[1]) == 1
        assert len(provider.requests) == 3

    def test_of_an_empty_account_never_reaches_a_provider(self, run, account, operation, provider):
        made = run(operation)
        spend_all(account)
        before = state_of(account)
        with pytest.raises(InsufficientCreditsError, match="needs"):
            made()
        assert provider.requests == []
        assert state_of(account) == before

    def test_that_used_more_than_the_balance_is_neither_charged_nor_saved(self, run, account, operation):
        made = run(operation, "[[sandbox tokens_in=900000 tokens_out=900000]]")
        spend_all(account, but=200)
        before = state_of(account)
        with pytest.raises(InsufficientCreditsError):
            made()
        log = CreditUsageLog.objects.get(metadata__operation_id="op-1")
        assert (log.credits_used, log.transaction, log.cost_usd) == (0, None, Decimal("10.125"))
        log.delete()
        assert state_of(account) == before

    def test_of_another_account_does_not_exist(self, run, operation, provider):
        made = run(operation)
        other = Account.objects.exclude(pk=made.site.account_id).first()
        with pytest.raises(exceptions.InvalidInput):
            made(account=other)
        with pytest.raises(exceptions.InvalidInput):
            made(account=other, site=site_of(other))
        assert provider.requests == []

    def test_is_refused_under_an_operation_id_of_another_account(self, run, operation, provider):
        other = Account.objects.order_by("-pk").first()
        CreditService.deduct_credits_for_operation(
            account=other, operation_type="clustering", model="gpt-4o", operation_id="op-1",
            usage=Usage(tokens_input=1, tokens_output=1),
        )  # fmt: skip
        with pytest.raises(OperationConflict):
            run(operation)()
        assert provider.requests == []

    def test_that_was_overtaken_by_its_twin_answers_what_that_was_charged(self, run, operation, monkeypatch):
        made = run(operation)
        ask, twin = AICore.complete, []

        def overtaken(**call):
            answer = ask(**call)
            if not twin:
                twin.append(None)
                twin[0] = made()
                # A model says it in other words the second time.
                return replace(answer, usage=Usage(tokens_input=2000, tokens_output=9_000))
            return answer

        monkeypatch.setattr("igny8_core.ai.engine.AICore.complete", overtaken)
        outcome = made()
        assert (outcome.repeated, outcome.created, outcome.credits) == (True, (), twin[0].credits)
        assert charges_of("op-1")[0] == [PRICE]
        unbilled = CreditUsageLog.objects.get(metadata__unbilled="OperationConflict")
        assert (unbilled.credits_used, unbilled.tokens_output) == (0, 9_000)

    def test_is_refused_under_the_id_of_something_else(self, run, operation, account, provider):
        CreditService.deduct_credits_for_operation(
            account=account, operation_type="internal_linking", model="gpt-4o", operation_id="op-1",
            usage=Usage(tokens_input=1, tokens_output=1),
        )  # fmt: skip
        with pytest.raises(OperationConflict):
            run(operation)()
        assert provider.requests == []

    def test_is_refused_inside_a_transaction(self, run, operation, provider):
        made = run(operation)
        before = state_of(made.site.account)
        with transaction.atomic(), pytest.raises(exceptions.InsideTransaction):
            made()
        assert (provider.requests, state_of(made.site.account)) == ([], before)

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"is_active": False, "is_default": False}, exceptions.NoDefaultModel),
            ({"input_cost_per_1m": None}, exceptions.PricelessModel),
            ({"tokens_per_credit": None}, CreditCalculationError),
        ],
        ids=["no default", "no rate", "no price"],
    )
    def test_without_a_priced_model_fails_before_any_call(self, run, operation, provider, change, error):
        made = run(operation)
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(**change)
        before = state_of(made.site.account)
        with pytest.raises(error):
            made()
        assert (provider.requests, state_of(made.site.account)) == ([], before)


@EACH
@pytest.mark.legacy
class TestToday:
    def test_is_charged_the_tariff_of_the_operation(self, run, account, operation):
        made = run(operation)
        outcome = made()
        charged, (usage,) = charges_of("op-1")
        assert (outcome.model, outcome.credits) == ("gpt-4o-mini", made.tariff)
        assert (charged, usage.credits_used, usage.model_used) == ([made.tariff], made.tariff, "gpt-4o-mini")


def spend_all(account, but=0):
    account.refresh_from_db()
    CreditService.deduct_credits_for_operation(
        account=account, operation_type="clustering", model="gpt-4o", operation_id="spent",
        usage=Usage(tokens_input=(account.credits - but) * 1_000, tokens_output=0),
    )  # fmt: skip
    account.refresh_from_db()
    assert account.credits == but


@pytest.mark.usefixtures("new_side")
class TestClustering:
    def test_groups_the_keywords(self, run, site):
        outcome = run("clustering")()
        groups = {c.name: sorted(c.keywords.values_list("keyword", flat=True)) for c in site.clusters.all()}
        assert groups == {"Oak": [f"oak table {TOKENS}", "round oak table"], "Garden": ["garden chair"]}
        assert set(outcome.created) == set(site.clusters.values_list("pk", flat=True))

    def test_adds_to_the_cluster_that_is_there(self, run, site):
        oak = cluster_of(site, "Oak")
        outcome = run("clustering")()
        assert (oak.keywords.count(), oak.pk in outcome.created) == (2, False)

    def test_leaves_a_keyword_in_the_cluster_that_it_has(self, run, site):
        made = run("clustering")
        mine = cluster_of(site, "Mine")
        Keyword.objects.filter(keyword="round oak table").update(cluster=mine)
        made()
        assert Keyword.objects.get(keyword="round oak table").cluster == mine

    def test_of_keywords_that_all_have_a_cluster_is_refused(self, run, site, provider):
        made = run("clustering")
        Keyword.objects.update(cluster=cluster_of(site))
        with pytest.raises(exceptions.InvalidInput, match="without a cluster"):
            made()
        assert provider.requests == []


@pytest.mark.usefixtures("new_side")
class TestIdeas:
    def test_belong_to_their_cluster(self, run, site):
        outcome = run("idea_generation")()
        rows = ContentIdea.objects.filter(site=site)
        assert {idea.cluster.name for idea in rows} == {"Oak"}
        assert set(outcome.created) == set(rows.values_list("pk", flat=True))
        assert all(idea.title and idea.keywords == ["oak table"] for idea in rows)

    def test_are_not_kept_twice(self, run):
        made = run("idea_generation")
        assert made().created
        assert made("op-2").created == ()


@pytest.mark.usefixtures("new_side")
class TestContent:
    def test_is_written_and_completes_its_task(self, run, site):
        outcome = run("content_generation")()
        (written,) = Content.objects.filter(site=site)
        assert outcome.created == (written.pk,)
        assert (written.title, written.status, written.task.status) == ("How to oil oak", "draft", "completed")
        assert written.word_count > 100
        assert "oak oil" in written.html
        assert written.meta_title
        assert written.meta_description

    def test_has_nothing_that_a_browser_must_not_get(self, run, monkeypatch):
        monkeypatch.setattr(
            "igny8_core.ai.sandbox.articles.paragraph", lambda *_args, **_more: "<script>alert(1)</script> oak"
        )
        monkeypatch.setattr("igny8_core.ai.sandbox.articles.escape", lambda text: text)
        run("content_generation")()
        written = Content.objects.get()
        assert ("script" in written.html, "alert" in written.html, "oak" in written.html) == (False, False, True)

    def test_of_a_task_that_has_one_is_refused(self, run, provider):
        made = run("content_generation")
        made()
        with pytest.raises(exceptions.InvalidInput, match="content already"):
            made("op-2")
        assert len(provider.requests) == 1

    def test_that_somebody_else_wrote_meanwhile_is_not_charged(self, run, site, monkeypatch):
        made = run("content_generation")
        task = Task.objects.get()
        ask = AICore.complete

        def meanwhile(**call):
            answer = ask(**call)
            content_of(site, task=task)
            return answer

        monkeypatch.setattr("igny8_core.ai.engine.AICore.complete", meanwhile)
        before = made.site.account.credits
        with pytest.raises(exceptions.InvalidInput, match="while the model was answering"):
            made()
        made.site.account.refresh_from_db()
        assert (made.site.account.credits, Content.objects.count(), charges_of("op-1")[0]) == (before, 1, [])
        assert CreditUsageLog.objects.get(metadata__unbilled="InvalidInput").credits_used == 0


@pytest.mark.usefixtures("new_side")
class TestImagePrompts:
    def test_are_one_for_the_top_and_as_many_as_the_settings_say(self, run, site):
        outcome = run("image_prompt_extraction")()
        rows = list(ImagePrompt.objects.values_list("pk", "role", "position"))
        assert [row[1:] for row in rows] == [("featured", 0), ("in_article", 1), ("in_article", 2)]
        assert outcome.created == tuple(row[0] for row in rows)
        assert len(set(ImagePrompt.objects.values_list("prompt", flat=True))) == 3

    def test_of_a_content_that_has_some_are_refused(self, run, provider):
        made = run("image_prompt_extraction")
        prompt_of(Content.objects.get())
        with pytest.raises(exceptions.InvalidInput, match="already"):
            made()
        assert provider.requests == []
