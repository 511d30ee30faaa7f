"""Ideas into the writer's tasks: local, and free of charge."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from igny8_core.auth.models import Account, Site
from igny8_core.auth.subjects import account_id
from igny8_core.modules.planner.models import ContentIdea
from igny8_core.modules.writer.models import Task
from migration_harness.api import recorded_operation


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedIdeas:
    """``created``: ids of the tasks that were made; ``already_queued``: ids of the ideas that had one."""

    created: tuple[int, ...]
    already_queued: tuple[int, ...]


@recorded_operation("idea_queueing", account=account_id)
@transaction.atomic
def queue_ideas(*, account: Account, site: Site, idea_ids: Collection[int]) -> QueuedIdeas:
    """Make a task of each of these ideas of the site; an idea that has one keeps it, so twice is as once.

    Ids that are no ideas of this account's site are passed over.
    """
    ideas = ContentIdea.objects.filter(account=account, site=site, pk__in=idea_ids)
    # Locked: of two who queue the same idea at once, the second finds the first one's task.
    rows = list(ideas.select_for_update().order_by("pk"))
    having = set(Task.objects.filter(idea__in=rows).values_list("idea_id", flat=True))
    fresh = [idea for idea in rows if idea.pk not in having]
    tasks = Task.objects.bulk_create(_task_of(idea) for idea in fresh)
    ContentIdea.objects.filter(pk__in=[idea.pk for idea in rows]).update(status=ContentIdea.Status.QUEUED)
    return QueuedIdeas(
        created=tuple(task.pk for task in tasks), already_queued=tuple(idea.pk for idea in rows if idea.pk in having)
    )


def _task_of(idea: ContentIdea) -> Task:
    return Task(
        account_id=idea.account_id,
        site_id=idea.site_id,
        idea=idea,
        cluster_id=idea.cluster_id,
        title=idea.title,
        description=idea.description,
        keywords=idea.keywords,
    )
