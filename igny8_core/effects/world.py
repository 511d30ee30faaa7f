"""What an operation needs around it to be run again elsewhere: its rows, the settings, and keys that open nothing."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from igny8_core.ai.demo_keys import DEMO_KEYS
from igny8_core.auth.models import Account, Site
from igny8_core.business.billing import remembered
from igny8_core.business.billing.models import IntegrationProvider
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword
from igny8_core.modules.system.models import GlobalIntegrationSettings, IntegrationSettings
from igny8_core.modules.writer.models import Content, ImagePrompt, Task
from migration_harness.api import Reads, Secret

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

    Read = Model | QuerySet[Any]

SHARED: Final[dict[str, tuple[str, ...]]] = {
    "billing.AIModelConfig": ("updated_by_id",),
    "billing.BillingConfiguration": (),
    "billing.CreditCostConfig": (),  # @legacy line model-based-credits
    "billing.IntegrationProvider": ("api_key", "api_secret", "webhook_secret", "base_url", "config", "updated_by_id"),
    "igny8_auth.Plan": (),
    "system.GlobalIntegrationSettings": (),
}
"""Tables that every operation may read whole, each with the columns that stay out: keys, and who changed a row."""
# @legacy begin integration-provider-keys
SHARED["system.GlobalIntegrationSettings"] = (
    "openai_api_key",
    "dalle_api_key",
    "runware_api_key",
    "anthropic_api_key",
    "bria_api_key",
)
# @legacy end

PERSONAL: Final = {
    "igny8_auth.Account": ("name",),
    "igny8_auth.Site": ("name", "domain"),
    "planner.Cluster": ("name", "description"),
    "planner.ContentIdea": ("title", "description", "keywords"),
    "planner.Keyword": ("keyword",),
    "writer.Content": ("title", "html", "meta_title", "meta_description"),
    "writer.ImagePrompt": ("prompt",),
    "writer.Task": ("title", "description", "keywords"),
}
"""Columns that hold what customers wrote, or a model for them."""

SAID: Final = frozenset({"content", "revised_prompt"})
"""Under these names a provider's answer has text."""


def _theirs(account: Account, site: Site) -> Iterator["Read"]:
    yield account
    yield account.plan
    yield site
    yield IntegrationSettings.objects.filter(account=account)


def _keywords(*, account: Account, site: Site, keyword_ids: Sequence[int], **_: Any) -> Iterator["Read"]:
    yield from _theirs(account, site)
    yield Keyword.objects.filter(pk__in=keyword_ids)
    yield Cluster.objects.filter(site=site)


def _clusters(*, account: Account, site: Site, cluster_ids: Sequence[int], **_: Any) -> Iterator["Read"]:
    yield from _theirs(account, site)
    yield Cluster.objects.filter(pk__in=cluster_ids)
    yield Keyword.objects.filter(cluster__in=cluster_ids)
    yield ContentIdea.objects.filter(cluster__in=cluster_ids)


def _task(*, account: Account, site: Site, task_id: int, **_: Any) -> Iterator["Read"]:
    yield from _theirs(account, site)
    tasks = Task.objects.filter(pk=task_id)
    yield tasks
    yield Cluster.objects.filter(pk__in=tasks.values("cluster_id"))
    yield ContentIdea.objects.filter(pk__in=tasks.values("idea_id"))
    yield Content.objects.filter(task=task_id)


def _content(*, account: Account, site: Site, content_id: int, **_: Any) -> Iterator["Read"]:
    yield from _theirs(account, site)
    contents = Content.objects.filter(pk=content_id)
    yield contents
    yield Task.objects.filter(pk__in=contents.values("task_id"))
    yield ImagePrompt.objects.filter(content=content_id)


def _prompts(*, account: Account, site: Site, prompt_ids: Sequence[int], **_: Any) -> Iterator["Read"]:
    yield from _theirs(account, site)
    prompts = ImagePrompt.objects.filter(pk__in=prompt_ids)
    yield prompts
    yield Content.objects.filter(pk__in=prompts.values("content_id"))


def _linked(*, account: Account, site: Site, **_: Any) -> Iterator["Read"]:
    yield from _theirs(account, site)
    yield Content.objects.filter(site=site)


READS: Final[dict[str, Reads]] = {
    "clustering": _keywords,
    "idea_generation": _clusters,
    "content_generation": _task,
    "image_prompt_extraction": _content,
    "image_generation": _prompts,
    "internal_linking": _linked,
    "content_optimization": _content,
}
"""By the kind of an operation, the rows that it reads."""


def prepare() -> None:
    """Enter the demo's keys, which open nothing, and forget what this process remembers of other rows."""
    # @legacy begin integration-provider-keys
    openai, runware = DEMO_KEYS["openai"], DEMO_KEYS["runware"]
    GlobalIntegrationSettings.objects.update(openai_api_key=openai, dalle_api_key=openai, runware_api_key=runware)
    # @legacy end
    for provider, key in DEMO_KEYS.items():
        IntegrationProvider.objects.filter(provider_id=provider).update(api_key=Secret(key))
    remembered.forget()
