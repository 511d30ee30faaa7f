"""The seven stages of a run: what waits in each, how much a unit takes, and who does it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet

from igny8_core.auth.models import Site
from igny8_core.business.automation import doing
from igny8_core.business.automation.config_models import AutomationConfig
from igny8_core.business.automation.doing import Done
from igny8_core.business.automation.run_models import AutomationUnit
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword
from igny8_core.modules.writer.models import Content, Image, ImagePrompt, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage.

    Attributes:
        number: 1 to 7; the stages run in this order, each only when the one before has nothing left.
        name: For people.
        waiting: The rows of a site that wait for this stage.
        perform: Does one unit.
        whole_batch: Whether one unit takes the whole batch; else each row is a unit of its own.
        local: Whether a unit calls no provider. It is then done and recorded in one transaction.
        limit: The most rows that one run takes here; None where only what waits limits it.
    """

    number: int
    name: str
    waiting: Callable[[Site], QuerySet[Any]]
    perform: Callable[[AutomationUnit], Done]
    whole_batch: bool
    local: bool = False
    limit: Callable[[AutomationConfig], int | None] = lambda _: None


def _unclustered_keywords(site: Site) -> QuerySet[Keyword]:
    return Keyword.objects.filter(site=site, cluster=None)


def _clusters_without_ideas(site: Site) -> QuerySet[Cluster]:
    return Cluster.objects.filter(site=site).exclude(Exists(ContentIdea.objects.filter(cluster=OuterRef("pk"))))


def _ideas_of_nobody(site: Site) -> QuerySet[ContentIdea]:
    return ContentIdea.objects.filter(site=site, status=ContentIdea.Status.NEW, task=None)


def _tasks_to_write(site: Site) -> QuerySet[Task]:
    return Task.objects.filter(site=site, status=Task.Status.QUEUED, content=None)


def _drafts(site: Site) -> QuerySet[Content]:
    return Content.objects.filter(site=site, status=Content.Status.DRAFT)


def _drafts_without_prompts(site: Site) -> QuerySet[Content]:
    return _drafts(site).exclude(Exists(ImagePrompt.objects.filter(content=OuterRef("pk"))))


def _prompts_without_image(site: Site) -> QuerySet[ImagePrompt]:
    """Only those of drafts: what a person has approved is not touched any more."""
    prompts = ImagePrompt.objects.filter(content__in=_drafts(site))
    return prompts.exclude(Exists(Image.objects.filter(prompt=OuterRef("pk"))))


def _drafts_with_all_images(site: Site) -> QuerySet[Content]:
    prompts = ImagePrompt.objects.filter(content=OuterRef("pk"))
    missing = prompts.exclude(Exists(Image.objects.filter(prompt=OuterRef("pk"))))
    return _drafts(site).filter(Exists(prompts)).exclude(Exists(missing))


STAGES: Final = {
    stage.number: stage
    for stage in (
        Stage(
            number=1,
            name="Keywords to clusters",
            waiting=_unclustered_keywords,
            perform=doing.cluster_keywords,
            whole_batch=True,
        ),
        Stage(
            number=2,
            name="Clusters to ideas",
            waiting=_clusters_without_ideas,
            perform=doing.generate_ideas,
            whole_batch=True,
        ),
        Stage(
            number=3,
            name="Ideas to tasks",
            waiting=_ideas_of_nobody,
            perform=doing.queue_ideas,
            whole_batch=True,
            local=True,
        ),
        Stage(
            number=4,
            name="Tasks to content",
            waiting=_tasks_to_write,
            perform=doing.generate_content,
            whole_batch=False,
            limit=lambda config: config.max_articles,
        ),
        Stage(
            number=5,
            name="Content to image prompts",
            waiting=_drafts_without_prompts,
            perform=doing.generate_image_prompts,
            whole_batch=False,
        ),
        Stage(
            number=6,
            name="Image prompts to images",
            waiting=_prompts_without_image,
            perform=doing.generate_image,
            whole_batch=False,
            limit=lambda config: config.max_images,
        ),
        Stage(
            number=7,
            name="Manual review",
            waiting=_drafts_with_all_images,
            perform=doing.hand_to_review,
            whole_batch=True,
            local=True,
        ),
    )
}
LAST_STAGE: Final = max(STAGES)
