"""The optimizer over real HTTP, with the sandbox provider at the other end."""

import json

import pytest

from igny8_core.ai.ai_core import AICore, Completion
from igny8_core.ai.exceptions import InvalidInput, MalformedAnswer
from igny8_core.ai.sandbox import sandbox
from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import InsufficientCreditsError
from igny8_core.business.billing.models import CreditTransaction, CreditUsageLog
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from igny8_core.business.optimizer.exceptions import ContentChanged
from igny8_core.business.optimizer.models import OptimizationTask
from igny8_core.business.optimizer.services.optimizer_service import OptimizerService
from igny8_core.modules.writer.html import word_count
from igny8_core.modules.writer.models import Content
from migration_harness.api import current_execution_path

from ..content_parts import API, client_of, content_of, site_of, task_of

TASKS = f"{API}optimizer/tasks/"


@pytest.fixture(scope="module")
def server():
    with sandbox() as started:
        yield started


@pytest.fixture(autouse=True)
def provider(server, settings):
    settings.IGNY8_SANDBOX_URL = server.url
    server.forget()
    return server


@pytest.fixture
def content(account):
    site = site_of(account)
    task = task_of(site, keywords=["rye bread"])
    return content_of(site, html="<p>Rye needs time. So does bread.</p>", task=task)


@pytest.fixture
def customer(account):
    return client_of(account)


@pytest.fixture
def answers(monkeypatch):
    """Let the model answer something of the test's own choosing."""

    def answer(value, *, tokens=3_000):
        text = value if isinstance(value, str) else json.dumps(value)
        usage = Usage(tokens_input=tokens, tokens_output=0)
        monkeypatch.setattr(
            AICore, "complete", lambda **asked: Completion(text=text, model=asked["model"], usage=usage)
        )

    return answer


def optimize(content, **changes):
    arguments = {"account": content.account, "site": content.site, "content_id": content.pk, "operation_id": "op-1"}
    return OptimizerService.optimize(**(arguments | changes))


def stored(content):
    return Content.objects.values("html", "meta_title", "meta_description", "word_count").get(pk=content.pk)


def balance_of(account):
    return Account.objects.get(pk=account.pk).credits


class TestOptimizing:
    def test_keeps_both_versions_with_their_scores_and_charges(self, account, content):
        before, as_it_was = balance_of(account), stored(content)
        outcome = optimize(content)
        task = OptimizationTask.objects.get()
        assert (outcome.created, outcome.applied, task.status) == ((task.pk,), False, "proposed")
        assert (task.html_before, task.html_after.startswith(content.html), "<h2>" in task.html_after) == (
            content.html, True, True,
        )  # fmt: skip
        assert task.scores_before["meta_title"] == 0 < task.scores_after["meta_title"]
        assert task.scores_before["headings"] < task.scores_after["headings"]
        assert task.scores_before["total"] < task.scores_after["total"]
        charged = CreditTransaction.objects.get(operation_id="op-1")
        assert (-charged.amount, before - balance_of(account)) == (outcome.credits, outcome.credits)
        assert CreditUsageLog.objects.get(transaction=charged).operation_type == "content_optimization"
        assert stored(content) == as_it_was

    def test_a_second_time_under_the_same_id_asks_and_charges_nobody(self, account, content, provider):
        first = optimize(content)
        balance, asked = balance_of(account), len(provider.requests)
        again = optimize(content)
        assert (again.repeated, again.created, again.credits) == (True, (), first.credits)
        assert (balance_of(account), len(provider.requests), OptimizationTask.objects.count()) == (balance, asked, 1)

    def test_changes_the_content_where_that_is_asked_for(self, content):
        outcome = optimize(content, apply=True)
        task = OptimizationTask.objects.get()
        assert (outcome.applied, task.status, task.applied_at is not None) == (True, "applied", True)
        assert stored(content) == {
            "html": task.html_after,
            "meta_title": task.meta_title_after,
            "meta_description": task.meta_description_after,
            "word_count": word_count(task.html_after),
        }

    def test_does_not_lose_what_a_person_changes_meanwhile(self, content, monkeypatch):
        real = AICore.complete

        def and_somebody_writes(**asked):
            Content.objects.filter(pk=content.pk).update(html="<p>Mine.</p>")
            return real(**asked)

        monkeypatch.setattr(AICore, "complete", and_somebody_writes)
        outcome = optimize(content, apply=True)
        assert (outcome.applied, stored(content)["html"]) == (False, "<p>Mine.</p>")
        assert OptimizationTask.objects.get(pk=outcome.created[0]).status == "proposed"

    def test_stores_nothing_that_could_run_in_a_browser(self, content, answers):
        answers(
            {
                "html": "<h2 onclick=x()>Rye</h2><script>steal()</script><a href='javascript:steal()'>a</a><p>b</p>",
                "meta_title": "<script>steal()</script>A <b>title</b>\nhe\0re\ud800",
                "meta_description": "x" * 900,
            }
        )
        optimize(content, apply=True)
        found = stored(content)
        assert (found["html"], found["meta_title"], len(found["meta_description"])) == (
            "<h2>Rye</h2><a>a</a><p>b</p>",
            "A title here",
            500,
        )

    def test_keeps_what_the_answer_leaves_out(self, content, answers):
        Content.objects.filter(pk=content.pk).update(meta_title="Rye")
        answers({"html": "<p>Better.</p>", "meta_description": 7})
        optimize(content, apply=True)
        assert (stored(content)["meta_title"], stored(content)["meta_description"]) == ("Rye", "")

    def test_sends_the_content_and_its_keywords(self, content, provider):
        optimize(content)
        (request,) = provider.requests
        sent = json.loads(request.body["messages"][-1]["content"])
        assert (sent["html"], sent["keywords"], sent["title"]) == (content.html, ["rye bread"], content.title)


class TestOptimizingThatFails:
    @pytest.fixture
    def untouched(self, account, content):
        before, balance = stored(content), balance_of(account)
        yield
        assert (stored(content), OptimizationTask.objects.count(), balance_of(account)) == (before, 0, balance)
        assert not CreditService.was_charged("op-1")

    @pytest.mark.parametrize(
        "answer",
        ["prose", "7", "{}", '{"html": 7}', '{"html": ""}', '{"html": "<script>x</script>"}', '{"html": "<p> </p>"}'],
    )
    def test_because_the_answer_is_none_costs_the_customer_nothing(self, content, untouched, answers, answer):
        answers(answer)
        with pytest.raises(MalformedAnswer, match="not the answer that was asked for"):
            optimize(content, apply=True)
        (log,) = CreditUsageLog.objects.filter(operation_type="content_optimization")
        assert (log.credits_used, log.tokens_input) == (0, 3_000)

    def test_because_it_used_more_than_there_is_saves_nothing(self, content, untouched, answers):
        answers({"html": "<p>Better.</p>"}, tokens=2_000_000_000)
        with pytest.raises(InsufficientCreditsError):
            optimize(content, apply=True)

    def test_because_the_content_was_deleted_costs_the_customer_nothing(self, account, content, monkeypatch):
        real, before = AICore.complete, balance_of(account)

        def and_somebody_deletes(**asked):
            Content.objects.filter(pk=content.pk).delete()
            return real(**asked)

        monkeypatch.setattr(AICore, "complete", and_somebody_deletes)
        with pytest.raises(InvalidInput, match="was deleted"):
            optimize(content)
        assert (balance_of(account), OptimizationTask.objects.count()) == (before, 0)

    def test_because_the_content_is_anothers(self, content, untouched, provider):
        stranger = Account.objects.exclude(pk=content.account_id).first()
        with pytest.raises(Content.DoesNotExist):
            optimize(content, account=stranger, site=site_of(stranger))
        assert provider.requests == []


class TestApplying:
    @pytest.fixture
    def task(self, content):
        optimize(content)
        return OptimizationTask.objects.get()

    def test_is_done_once(self, account, content, task):
        first = OptimizerService.apply(account=account, task_id=task.pk)
        Content.objects.filter(pk=content.pk).update(html="<p>Later.</p>")
        again = OptimizerService.apply(account=account, task_id=task.pk)
        assert (again.applied_at, stored(content)["html"]) == (first.applied_at, "<p>Later.</p>")

    @pytest.mark.parametrize("change", [{"html": "<p>Mine.</p>"}, {"meta_title": "Mine"}], ids=["html", "meta title"])
    def test_does_not_lose_what_a_person_changed_meanwhile(self, account, content, task, change):
        Content.objects.filter(pk=content.pk).update(**change)
        as_it_was = stored(content)
        with pytest.raises(ContentChanged, match="Optimize it anew"):
            OptimizerService.apply(account=account, task_id=task.pk)
        task.refresh_from_db()
        assert (stored(content), task.status) == (as_it_was, "proposed")

    def test_is_a_customers_to_do(self, customer, content, task):
        answer = customer.post(f"{TASKS}{task.pk}/apply/").json()["data"]
        assert (answer["status"], stored(content)["html"]) == ("applied", answer["html_after"])

    def test_of_a_changed_content_is_a_conflict(self, customer, content, task):
        customer.patch(f"{API}writer/contents/{content.pk}/", {"html": "<p>Mine.</p>"}, format="json")
        response = customer.post(f"{TASKS}{task.pk}/apply/")
        assert (response.status_code, response.json()["error"]["code"]) == (409, "content_changed")


class TestTheButton:
    def test_charges_the_direct_execution_path(self, customer, content, monkeypatch):
        seen, real = [], CreditService.deduct_credits_for_operation
        monkeypatch.setattr(
            CreditService,
            "deduct_credits_for_operation",
            lambda **asked: seen.append(str(current_execution_path())) or real(**asked),
        )
        url = f"{API}optimizer/contents/{content.pk}/optimize/"
        answer = customer.post(url, {"operation_id": "k-1", "apply": True}, format="json").json()["data"]
        assert (answer["applied"], answer["created"], seen) == (True, [OptimizationTask.objects.get().pk], ["direct"])

    def test_pressed_again_under_one_key_charges_once(self, customer, account, content):
        url = f"{API}optimizer/contents/{content.pk}/optimize/"
        customer.post(url, {"operation_id": "k-1"}, format="json")
        balance = balance_of(account)
        assert customer.post(url, {"operation_id": "k-1"}, format="json").json()["data"]["repeated"] is True
        assert balance_of(account) == balance

    def test_says_when_the_answer_was_none(self, customer, content, answers):
        answers("prose")
        response = customer.post(f"{API}optimizer/contents/{content.pk}/optimize/", {}, format="json")
        assert (response.status_code, response.json()["error"]["code"]) == (502, "malformed_answer")

    def test_fills_a_list_without_the_html(self, customer, content):
        optimize(content)
        (row,) = customer.get(f"{TASKS}?status=proposed&site={content.site_id}").json()["results"]
        assert ("html_after" in row, row["scores_after"]["total"] > 0) == (False, True)
        assert customer.get(f"{TASKS}?status=applied").json()["count"] == 0
