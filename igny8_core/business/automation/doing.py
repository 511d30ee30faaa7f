"""How one unit of each stage is done: one call of an AI operation, or one local change."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from igny8_core.ai import operations
from igny8_core.ai.outcomes import Outcome
from igny8_core.business.automation.exceptions import UnitFailed
from igny8_core.business.automation.run_models import AutomationUnit
from igny8_core.modules.writer.models import Content
from igny8_core.modules.writer.services import queueing


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of a unit: the credits its operation was charged, and how many rows it made or handed over."""

    credits: int = 0
    created: int = 0


def cluster_keywords(unit: AutomationUnit) -> Done:
    """Group keywords into clusters."""
    return _done(operations.cluster_keywords(**_whose(unit), keyword_ids=unit.rows))


def generate_ideas(unit: AutomationUnit) -> Done:
    """Find articles that clusters call for."""
    return _done(operations.generate_ideas(**_whose(unit), cluster_ids=unit.rows))


def queue_ideas(unit: AutomationUnit) -> Done:
    """Make tasks of ideas; one that somebody made a task of meanwhile, or deleted, is passed over."""
    run = unit.run
    return Done(created=len(queueing.queue_ideas(account=run.account, site=run.site, idea_ids=unit.rows).created))


def generate_content(unit: AutomationUnit) -> Done:
    """Write the article of a task."""
    (task_id,) = unit.rows
    return _done(operations.generate_content(**_whose(unit), task_id=task_id))


def generate_image_prompts(unit: AutomationUnit) -> Done:
    """Say what the images of an article are to show."""
    (content_id,) = unit.rows
    return _done(operations.generate_image_prompts(**_whose(unit), content_id=content_id))


def generate_image(unit: AutomationUnit) -> Done:
    """Generate the image of one prompt. Raises UnitFailed where the provider refused it."""
    outcome = operations.generate_images(**_whose(unit), prompt_ids=unit.rows)
    for failure in outcome.failures:
        raise UnitFailed(str(failure))
    return Done(
        credits=sum(image.credits for image in outcome.images),
        created=sum(len(image.created) for image in outcome.images),
    )


def hand_to_review(unit: AutomationUnit) -> Done:
    """Hand complete articles to a person."""
    drafts = Content.objects.filter(pk__in=unit.rows, status=Content.Status.DRAFT)
    return Done(created=drafts.update(status=Content.Status.REVIEW, updated_at=timezone.now()))


def _whose(unit: AutomationUnit) -> dict[str, Any]:
    run = unit.run
    return {"account": run.account, "site": run.site, "operation_id": unit.operation_id}


def _done(outcome: Outcome) -> Done:
    return Done(credits=outcome.credits, created=len(outcome.created))
