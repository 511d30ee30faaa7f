"""The five AI operations as the service runs them: committed, beside each other, the provider a process of its own."""

import threading
from pathlib import Path

import httpx2
import pytest
from django.conf import settings as django_settings
from django.core.files.storage import default_storage
from django.db import connections
from django.db.models import Sum
from django.test import override_settings

from igny8_core.ai import operations
from igny8_core.ai.exceptions import InvalidInput
from igny8_core.auth.models import Account
from igny8_core.business.billing.models import CreditTransaction, CreditUsageLog
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword
from igny8_core.modules.writer.models import Content, Image, ImagePrompt, Task
from igny8_core.modules.writer.services.queueing import queue_ideas
from igny8_core.seed import DEMO_KEYS
from migration_harness import queries
from migration_harness.api import ExecutionPath, unit_of_work
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.source import source
from migration_harness.models import Comparison
from tests.waiting import PATIENCE_SECONDS

from .conftest import process, until

BY_ENGINE = (ExecutionPath.MANUAL, ExecutionPath.RUN_NOW, ExecutionPath.SCHEDULED)


class Provider:
    """The sandbox provider in a process of its own."""

    def __init__(self, url, log):
        self.url, self.log = url, log

    def requests(self):
        return self._record("GET").json()["requests"]

    def forget(self):
        self._record("DELETE")

    def _record(self, method):
        token = Path(django_settings.RUN_DIR, "secrets", "sandbox-token").read_text().strip()
        answer = httpx2.request(
            method, f"{self.url}/sandbox/requests", headers={"Authorization": f"Bearer {token}"}, trust_env=False
        )
        assert answer.status_code == 200, answer.text
        return answer


@pytest.fixture(scope="module")
def _provider(tmp_path_factory):
    log = tmp_path_factory.mktemp("sandbox") / "sandbox.log"
    with process("igny8_core.ai.sandbox", "--port", "0", log=log):
        yield Provider(until(lambda: "http" in log.read_text() and log.read_text().split()[-1]), log)


@pytest.fixture(scope="module")
def _service(committed_demo, _provider, tmp_path_factory):
    # The storage keeps the folder that it has seen, unless it is told of another one.
    with override_settings(IGNY8_SANDBOX_URL=_provider.url, MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        yield _provider


@pytest.fixture
def provider(_service):
    _service.forget()
    return _service


@pytest.fixture
def account(provider):
    return Account.objects.select_related("plan").order_by("pk").first()


def site_named(account, name):
    return account.sites.create(account=account, name=name)


def keywords_of(site, *texts):
    return [Keyword.objects.create(account=site.account, site=site, keyword=text).pk for text in texts]


def run_all(site, name):
    """From keywords to images; returns every outcome."""
    common = {"account": site.account, "site": site}
    done = [
        operations.cluster_keywords(
            **common, operation_id=f"{name}:cluster", keyword_ids=keywords_of(site, "oak table", "round oak table")
        )
    ]
    done.append(operations.generate_ideas(**common, operation_id=f"{name}:ideas", cluster_ids=done[0].created))
    tasks = queue_ideas(account=site.account, site=site, idea_ids=done[1].created).created
    done.append(operations.generate_content(**common, operation_id=f"{name}:content", task_id=tasks[0]))
    (content_id,) = done[2].created
    done.append(operations.generate_image_prompts(**common, operation_id=f"{name}:prompts", content_id=content_id))
    made = operations.generate_images(**common, operation_id=f"{name}:images", prompt_ids=done[3].created)
    assert made.failures == ()
    return [*done, *made.images]


def both_at_once(*calls):
    """Call both at the same moment, each with a connection of its own; returns results or errors."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(index, call):
        try:
            barrier.wait(PATIENCE_SECONDS)
            results[index] = call()
        except Exception as error:  # noqa: BLE001  The test looks at it.
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    return results


class TestChain:
    @pytest.mark.parametrize("path", BY_ENGINE)
    def test_from_keywords_to_images_is_the_same_on_every_path(self, account, provider, path):
        site = site_named(account, f"by {path}")
        with unit_of_work(execution_path=path):
            outcomes = run_all(site, f"chain:{path}")
        account.refresh_from_db()
        entries = CreditTransaction.objects.filter(operation_id__startswith=f"chain:{path}:")
        logs = CreditUsageLog.objects.filter(transaction__in=entries).order_by("pk")
        assert [log.operation_type for log in logs] == [
            "clustering", "idea_generation", "content_generation", "image_prompt_extraction",
            "image_generation", "image_generation", "image_generation",
        ]  # fmt: skip
        assert [log.credits_used for log in logs] == [outcome.credits for outcome in outcomes]
        assert {entry.metadata["execution_path"] for entry in entries} == {path.value}
        assert account.credits == account.opening_credits + account.transactions.aggregate(s=Sum("amount"))["s"]
        counts = {m.__name__: m.objects.filter(**{w: site}).count() for m, w in (
            (Cluster, "site"), (ContentIdea, "site"), (Task, "site"), (Content, "site"),
            (ImagePrompt, "content__site"), (Image, "prompt__content__site"),
        )}  # fmt: skip
        assert counts == {"Cluster": 1, "ContentIdea": 2, "Task": 2, "Content": 1, "ImagePrompt": 3, "Image": 3}
        assert len(provider.requests()) == len(outcomes) == 7
        assert all(default_storage.exists(name) for name in Image.objects.values_list("file", flat=True))

    @pytest.mark.legacy
    def test_leaves_nothing_open_and_no_key_anywhere(self, provider):
        until(lambda: Comparison.objects.filter(seam="models.image_size").exists())
        assert [d for d in queries.discrepancies() if d.state == "open"] == []
        told = provider.log.read_text() + str(provider.requests())
        assert not any(key in told for key in DEMO_KEYS.values())

    @pytest.mark.legacy
    def test_costs_the_price_of_the_models_once_the_account_is_moved(self, account, provider):
        for flag in ("model-selection", "model-based-credits"):
            change_flag(name=flag, change=FlagChange(account_id=str(account.pk), membership="on"), actor="tester")
        until(lambda: source().newest().epoch == load_snapshot().epoch)
        try:
            outcomes = run_all(site_named(account, "moved"), "moved")
        finally:
            for flag in ("model-based-credits", "model-selection"):
                change_flag(name=flag, change=FlagChange(account_id=str(account.pk), membership="inherit"), actor="t")
        assert {outcome.model for outcome in outcomes[:4]} == {"gpt-5.1"}
        assert [outcome.credits for outcome in outcomes[4:]] == [5, 5, 5]
        for outcome in outcomes[:4]:
            usage = CreditUsageLog.objects.get(transaction__operation_id=outcome.operation_id)
            assert outcome.credits == -(-(usage.tokens_input + usage.tokens_output) // 1_000)


class TestAtOnce:
    def test_the_same_operation_is_charged_and_stored_once(self, account, provider):
        site = site_named(account, "twice")
        pks = keywords_of(site, "pine shelf", "tall pine shelf")
        call = {"account": account, "site": site, "operation_id": "twice", "keyword_ids": pks}
        results = both_at_once(*[lambda: operations.cluster_keywords(**call)] * 2)
        assert sorted(result.repeated for result in results) == [False, True]
        assert CreditTransaction.objects.filter(operation_id="twice").count() == 1
        assert Cluster.objects.filter(site=site).count() == 1

    def test_two_operations_on_the_same_rows_are_one_charge(self, account, provider):
        site = site_named(account, "rivals")
        task = Task.objects.create(account=account, site=site, title="Rivals")
        calls = [
            lambda name=name: operations.generate_content(
                account=account, site=site, operation_id=f"rivals:{name}", task_id=task.pk
            )
            for name in "ab"
        ]
        results = both_at_once(*calls)
        assert sorted(isinstance(result, InvalidInput) for result in results) == [False, True]
        assert CreditTransaction.objects.filter(operation_id__startswith="rivals:").count() == 1
        assert Content.objects.filter(task=task).count() == 1

    def test_the_same_image_is_charged_and_stored_once(self, account, provider):
        site = site_named(account, "images")
        content = Content.objects.create(account=account, site=site, title="Images", html="<p>Oak</p>")
        prompt = ImagePrompt.objects.create(account=account, content=content, role="featured", prompt="an oak")
        call = {"account": account, "site": site, "operation_id": "image", "prompt_ids": [prompt.pk]}
        results = both_at_once(*[lambda: operations.generate_images(**call)] * 2)
        assert sorted(result.images[0].repeated for result in results) == [False, True]
        assert CreditTransaction.objects.filter(operation_id=f"image:{prompt.pk}").count() == 1
        (image,) = Image.objects.filter(prompt=prompt)
        folder = Path(django_settings.MEDIA_ROOT) / "images" / str(content.pk)
        assert [path.name for path in folder.iterdir()] == [Path(image.file).name]
