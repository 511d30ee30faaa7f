"""What a customer does by hand: the buttons of planner and writer, and the two services that are called directly."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, Final

import structlog

from igny8_core.ai import operations
from igny8_core.ai.exceptions import AIError
from igny8_core.auth.models import Site
from igny8_core.business.billing.exceptions import BillingError
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.business.linker.services.linker_service import LinkerService
from igny8_core.business.optimizer.services.optimizer_service import OptimizerService
from igny8_core.demo.surviving import Failed, surviving
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword
from igny8_core.modules.planner.services.keyword_import import import_keywords
from igny8_core.modules.system.seams import model_choices
from igny8_core.modules.writer.models import Content, ImagePrompt, Task
from igny8_core.modules.writer.services.queueing import queue_ideas
from migration_harness.api import ExecutionPath, unit_of_work

KEYWORDS: Final = (
    "opening hours", "book online", "gift ideas", "how to choose", "best for beginners", "price comparison",
    "near me", "care and cleaning", "seasonal offers", "common mistakes", "delivery times", "customer reviews",
)  # fmt: skip
ARTICLES: Final = 2
"""Enough for one to link to the other."""

log = structlog.get_logger("igny8")


def import_demo_keywords(site: Site) -> None:
    """Give the site a dozen keywords of its business; those that it has stay as they are."""
    business = site.name.removesuffix(" blog").lower()
    lines = ["keyword,volume,difficulty", *(f"{business} {phrase},{100 + 10 * n},{20 + n}" for n, phrase in
             enumerate(KEYWORDS))]  # fmt: skip
    import_keywords(account=site.account, site=site, file=BytesIO("\n".join(lines).encode()))


def look_at_the_settings(site: Site, *, failed: Failed) -> None:
    """Open the settings page, which offers models of both types."""
    for model_type in AIModelConfig.ModelType.values:
        with _click(failed):
            model_choices(account=site.account, model_type=model_type)


def press_every_button(site: Site, *, failed: Failed) -> None:
    """Lead keywords to articles with images, a click at a time; what was done before is not done again."""
    import_demo_keywords(site)
    whose: dict[str, Any] = {"account": site.account, "site": site}
    name = f"demo:{site.pk}"
    with _click(failed):
        keywords = list(Keyword.objects.filter(site=site, cluster=None).values_list("pk", flat=True))
        if keywords:
            operations.cluster_keywords(**whose, operation_id=f"{name}:cluster", keyword_ids=keywords)
    with _click(failed):
        clusters = list(Cluster.objects.filter(site=site, ideas=None).values_list("pk", flat=True))
        if clusters:
            operations.generate_ideas(**whose, operation_id=f"{name}:ideas", cluster_ids=clusters)
    ideas = ContentIdea.objects.filter(site=site).values_list("pk", flat=True)[:ARTICLES]
    queue_ideas(**whose, idea_ids=list(ideas))
    for task in Task.objects.filter(site=site, status=Task.Status.QUEUED):
        with _click(failed):
            operations.generate_content(**whose, operation_id=f"{name}:write:{task.pk}", task_id=task.pk)
    for content in Content.objects.filter(site=site, image_prompts=None):
        with _click(failed):
            operations.generate_image_prompts(
                **whose, operation_id=f"{name}:prompts:{content.pk}", content_id=content.pk
            )
    for content in Content.objects.filter(site=site):
        prompts = ImagePrompt.objects.filter(content=content, images=None).values_list("pk", flat=True)
        if prompts:
            with _click(failed):
                operations.generate_images(**whose, operation_id=f"{name}:images", prompt_ids=list(prompts))


def call_the_services(site: Site, *, failed: Failed) -> None:
    """Link and optimize the site's first article, as other parts of the product do."""
    content = Content.objects.filter(site=site).first()
    if content is None:
        return
    whose: dict[str, Any] = {"account": site.account, "site": site, "content_id": content.pk}
    with _click(failed, path=ExecutionPath.DIRECT):
        LinkerService.link(**whose, operation_id=f"demo:{site.pk}:link:{content.pk}")
    with _click(failed, path=ExecutionPath.DIRECT):
        OptimizerService.optimize(**whose, operation_id=f"demo:{site.pk}:optimize:{content.pk}")


@contextmanager
def _click(failed: Failed, *, path: ExecutionPath = ExecutionPath.MANUAL) -> Iterator[None]:
    """One request of a customer: a refusal or an error ends it and not what comes after it, as it would on a page."""
    with surviving(failed), unit_of_work(execution_path=path):
        try:
            yield
        except (AIError, BillingError) as error:
            log.warning("igny8.demo_refused", error=type(error).__name__, message=str(error))
