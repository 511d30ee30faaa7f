"""Each AI operation on each way into the service: its rows, how it is started, and all that comes of it."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from freezegun import freeze_time
from rest_framework.test import APIClient

from igny8_core.ai import operations
from igny8_core.business.automation.models import AutomationConfig, AutomationRun
from igny8_core.business.automation.queue import RUN_TASK
from igny8_core.business.billing.models import CreditUsageLog
from igny8_core.business.linker.services.linker_service import LinkerService
from igny8_core.business.optimizer.models import OptimizationTask
from igny8_core.business.optimizer.services.optimizer_service import OptimizerService
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword
from igny8_core.modules.writer.models import Content, Image, ImagePrompt, Task
from migration_harness.models import Comparison

from ..content_parts import API

PK = 9_000_001
"""Of the first row of each kind: the same in every run, as ids are part of what a provider is sent."""
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


class Way(StrEnum):
    """How an operation is started."""

    BUTTON = "button"
    RUN_NOW = "run_now"
    SCHEDULED = "scheduled"
    SERVICE = "service"


def keywords(site):
    for number, text in enumerate(("oak table", "round oak table", "garden chair")):
        Keyword.objects.create(pk=PK + number, account=site.account, site=site, keyword=text)


def cluster(site):
    made = Cluster.objects.create(pk=PK, account=site.account, site=site, name="Oak")
    Keyword.objects.create(pk=PK, account=site.account, site=site, keyword="oak table", cluster=made)


def task(site):
    Task.objects.create(pk=PK, account=site.account, site=site, title="How to oil oak", keywords=["oak oil"])


def article(site):
    html = "<p>An oak table needs oil. A round oak table needs more oil.</p>"
    return Content.objects.create(pk=PK, account=site.account, site=site, title="Oak table", html=html)


def articles(site):
    article(site)
    Content.objects.create(pk=PK + 1, account=site.account, site=site, title="All about oil", html="<p>Oil.</p>")


def prompts(site):
    content = article(site)
    for number, role in enumerate(("featured", "in_article", "in_article")):
        ImagePrompt.objects.create(
            pk=PK + number, account=site.account, content=content, role=role, position=number, prompt=f"oak {number}"
        )


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An operation: what it needs, its button, its function, and the rows that it makes."""

    arrange: Callable[[Any], Any]
    button: str
    body: dict[str, Any]
    service: Callable[..., Any]
    rows: dict[str, Any]
    makes: tuple[Any, tuple[str, ...]]
    charges: int = 1
    limits: tuple[int, int] = (0, 0)
    """The most articles and images that a run makes: what comes after the operation is of no interest."""
    ways: tuple[Way, ...] = tuple(Way)
    paths: tuple[str, ...] = ("manual", "run_now", "scheduled", "direct")
    """The execution path of each way."""


THREE = [PK, PK + 1, PK + 2]
BY_ITSELF = {"ways": (Way.BUTTON, Way.SERVICE), "paths": ("direct", "direct")}
OPERATIONS = {
    "clustering": Operation(
        arrange=keywords,
        button="planner/keywords/cluster/",
        body={"ids": THREE},
        service=operations.cluster_keywords,
        rows={"keyword_ids": THREE},
        makes=(Cluster, ("name", "description")),
    ),
    "idea_generation": Operation(
        arrange=cluster,
        button="planner/clusters/generate_ideas/",
        body={"ids": [PK]},
        service=operations.generate_ideas,
        rows={"cluster_ids": [PK]},
        makes=(ContentIdea, ("title", "description", "keywords")),
    ),
    "content_generation": Operation(
        arrange=task,
        button=f"writer/tasks/{PK}/generate_content/",
        body={},
        service=operations.generate_content,
        rows={"task_id": PK},
        makes=(Content, ("title", "html", "meta_title", "meta_description", "word_count")),
        limits=(1, 0),
    ),
    "image_prompt_extraction": Operation(
        arrange=article,
        button=f"writer/contents/{PK}/generate_image_prompts/",
        body={},
        service=operations.generate_image_prompts,
        rows={"content_id": PK},
        makes=(ImagePrompt, ("role", "position", "prompt")),
    ),
    "image_generation": Operation(
        arrange=prompts,
        button="writer/image_prompts/generate_images/",
        body={"ids": THREE},
        service=operations.generate_images,
        rows={"prompt_ids": THREE},
        makes=(Image, ("prompt_id", "sha256", "model_name", "size")),
        charges=3,
        limits=(0, 3),
    ),
    "internal_linking": Operation(
        arrange=articles,
        button=f"linker/contents/{PK}/link/",
        body={},
        service=LinkerService.link,
        rows={"content_id": PK},
        makes=(Content, ("title", "html")),
        **BY_ITSELF,
    ),
    "content_optimization": Operation(
        arrange=articles,
        button=f"optimizer/contents/{PK}/optimize/",
        body={},
        service=OptimizerService.optimize,
        rows={"content_id": PK},
        makes=(OptimizationTask, ("html_after", "meta_title_after", "scores_after", "model_name")),
        **BY_ITSELF,
    ),
}


@dataclass(frozen=True, kw_only=True)
class Result:
    """What must be the same however an operation was started; nothing of it says how it was."""

    models: list[str]
    wire: list[tuple[Any, ...]]
    ledger: list[dict[str, Any]]
    usage: list[dict[str, Any]]
    made: list[tuple[Any, ...]]
    comparisons: set[tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True)
class Observed:
    """A result, the execution paths that the ledger names, and the stratum of each charge that was compared."""

    result: Result
    paths: set[str]
    strata: list[tuple[str, ...]]


@contextmanager
def rolled_back():
    """Undo everything at the end, in a transaction that counts as none, like the one around a TestCase."""
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)


def start(operation: Operation, way: Way, *, site, user) -> None:
    """Have the operation done."""
    customer = APIClient()
    customer.force_login(user)
    tasks = current_app.tasks
    if way is Way.BUTTON:
        press(customer, operation.button, operation.body)
    elif way is Way.SERVICE:
        operation.service(account=site.account, site=site, operation_id="parity", **operation.rows)
    else:
        limits = dict(zip(("max_articles", "max_images"), operation.limits, strict=True))
        AutomationConfig.objects.create(
            account=site.account, site=site, enabled=True, hour=2, scheduled_from=LONG_AGO, **limits
        )
        if way is Way.RUN_NOW:
            press(customer, f"automation/run_now/?site={site.pk}", {})
        else:
            with freeze_time("2026-01-05 02:05"):
                tasks[settings.CELERY_BEAT_SCHEDULE["start-due-automations"]["task"]]()
        run = AutomationRun.objects.get()
        tasks[RUN_TASK](run_id=run.pk)
        run.refresh_from_db()
        assert (run.status, run.error, run.trigger) == ("completed", "", way.value)


def press(customer, path, body) -> None:
    response = customer.post(f"{API}{path}", body, format="json")
    assert response.status_code in (200, 202), response.content


def observe(name: str, way: Way, *, site, user, provider) -> Observed:
    """Do an operation on rows of its own, and return all that came of it."""
    operation = OPERATIONS[name]
    operation.arrange(site)
    provider.forget()
    start(operation, way, site=site, user=user)
    path = operation.paths[operation.ways.index(way)]
    logs = list(CreditUsageLog.objects.filter(operation_type=name).select_related("transaction").order_by("pk"))
    priced = Comparison.objects.filter(seam__startswith="credits.", group__0=name)
    compared = Comparison.objects.filter(execution_path=path, request_id__in=priced.values("request_id"))
    # A run goes on with what was made; the operation itself comes first.
    wire = [(r.path, r.key, r.payload) for r in provider.requests]
    assert way in (Way.RUN_NOW, Way.SCHEDULED) or len(wire) == operation.charges
    made, fields = operation.makes
    return Observed(
        result=Result(
            models=[log.model_used for log in logs],
            wire=wire[: operation.charges],
            ledger=[of_ledger(log.transaction) for log in logs],
            usage=[of_usage(log) for log in logs],
            made=list(made.objects.order_by("pk").values_list(*fields)),
            comparisons={
                (c.seam, c.stage, *c.group, c.verdict, c.control_measure, c.candidate_measure) for c in compared
            },
        ),
        paths={log.transaction.metadata["execution_path"] for log in logs},
        strata=[(comparison.execution_path, *comparison.group) for comparison in priced],
    )


def of_ledger(entry) -> dict[str, Any]:
    names = (
        "transaction_type", "amount", "balance_after", "description", "reference_id", "priced_by", "flag_epoch",
        "control_credits", "candidate_credits",
    )  # fmt: skip
    kept = {key: value for key, value in entry.metadata.items() if key != "execution_path"}
    return {name: getattr(entry, name) for name in names} | {"metadata": kept}


def of_usage(log) -> dict[str, Any]:
    names = (
        "operation_type", "credits_used", "cost_usd", "model_used", "tokens_input", "tokens_output",
        "related_object_type", "related_object_id", "metadata",
    )  # fmt: skip
    return {name: getattr(log, name) for name in names}
