"""What REST, automation and tests call: the AI operations of a site.

Each takes the account, one of its sites and an ``operation_id``. The same id twice is charged once: the
provider is not called again, and the outcome is ``repeated``, with nothing ``created``. Never call one inside
a transaction.
"""

from collections.abc import Sequence

from igny8_core.ai.choices import image_look_for, working_image_model
from igny8_core.ai.engine import AIEngine
from igny8_core.ai.exceptions import AIError, InvalidInput, ModelGone, ProviderError
from igny8_core.ai.functions.auto_cluster import AutoCluster
from igny8_core.ai.functions.generate_content import GenerateContent
from igny8_core.ai.functions.generate_ideas import GenerateIdeas
from igny8_core.ai.functions.generate_image_prompts import GenerateImagePrompts
from igny8_core.ai.functions.generate_images import generate_image
from igny8_core.ai.outcomes import ImageFailure, ImagesOutcome, Outcome
from igny8_core.auth.models import Account, Site
from igny8_core.auth.subjects import account_id
from igny8_core.business.billing.exceptions import BillingError
from igny8_core.modules.writer.models import ImagePrompt
from migration_harness.api import recorded_operation

__all__ = [
    "ImageFailure",
    "ImagesOutcome",
    "Outcome",
    "cluster_keywords",
    "generate_content",
    "generate_ideas",
    "generate_image_prompts",
    "generate_images",
]


@recorded_operation("clustering", account=account_id)
def cluster_keywords(*, account: Account, site: Site, operation_id: str, keyword_ids: Sequence[int]) -> Outcome:
    """Group keywords without a cluster; creates clusters. Raises AIError and BillingError."""
    function = AutoCluster(account=account, site=_own(site, account), keyword_ids=keyword_ids)
    return AIEngine.execute(function, operation_id=operation_id)


@recorded_operation("idea_generation", account=account_id)
def generate_ideas(*, account: Account, site: Site, operation_id: str, cluster_ids: Sequence[int]) -> Outcome:
    """Propose articles for clusters; creates ideas. Raises AIError and BillingError."""
    function = GenerateIdeas(account=account, site=_own(site, account), cluster_ids=cluster_ids)
    return AIEngine.execute(function, operation_id=operation_id)


@recorded_operation("content_generation", account=account_id)
def generate_content(*, account: Account, site: Site, operation_id: str, task_id: int) -> Outcome:
    """Write the article of a task; creates a content. Raises AIError and BillingError."""
    function = GenerateContent(account=account, site=_own(site, account), task_id=task_id)
    return AIEngine.execute(function, operation_id=operation_id)


@recorded_operation("image_prompt_extraction", account=account_id)
def generate_image_prompts(*, account: Account, site: Site, operation_id: str, content_id: int) -> Outcome:
    """Say what the images of a content are to show; creates image prompts. Raises AIError and BillingError."""
    function = GenerateImagePrompts(account=account, site=_own(site, account), content_id=content_id)
    return AIEngine.execute(function, operation_id=operation_id)


@recorded_operation("image_generation", account=account_id)
def generate_images(*, account: Account, site: Site, operation_id: str, prompt_ids: Sequence[int]) -> ImagesOutcome:
    """Make the image of each prompt, one by one; the operation id of one is ``{operation_id}:{prompt_id}``.

    A failure of one does not stop the others. Where none was made for a reason that they have in common (too few
    credits, no key, a model without a price or that the provider does not have) that is raised: AIError or
    BillingError.
    """
    prompts = _prompts(account, _own(site, account), prompt_ids)
    working = working_image_model(account=account, site=site)
    look = image_look_for(account=account, site=site)
    images: list[Outcome] = []
    failures: list[tuple[ImagePrompt, AIError | BillingError]] = []
    for prompt in prompts:
        own_id = f"{operation_id}:{prompt.pk}"
        if failures and isinstance(gone := failures[-1][1], ModelGone):
            # One answer is enough: the model is the same for all of them.
            failures.append((prompt, gone))
            continue
        try:
            images.append(
                generate_image(account=account, prompt=prompt, working=working, look=look, operation_id=own_id)
            )
        except (AIError, BillingError) as error:
            failures.append((prompt, error))
    if not images and not any(_is_of_this_prompt(error) for _, error in failures):
        raise failures[0][1]
    return ImagesOutcome(
        images=tuple(images),
        failures=tuple(
            ImageFailure(prompt_id=prompt.pk, error=type(error).__name__, message=str(error))
            for prompt, error in failures
        ),
    )


def _is_of_this_prompt(error: AIError | BillingError) -> bool:
    """Tell whether another prompt may have another fate."""
    return isinstance(error, ProviderError) and not isinstance(error, ModelGone)


def _own(site: Site, account: Account) -> Site:
    if site.account_id != account.pk:
        raise InvalidInput(f"The account {account.pk} has no site {site.pk}.")
    return site


def _prompts(account: Account, site: Site, prompt_ids: Sequence[int]) -> list[ImagePrompt]:
    """Return the prompts in the order in which they were asked for, each once."""
    rows = ImagePrompt.objects.filter(account=account, content__site=site).in_bulk(list(prompt_ids))
    wanted = dict.fromkeys(prompt_ids)
    if not rows or (missing := [pk for pk in wanted if pk not in rows]):
        told = f"no image prompt {missing[0]}" if rows else "none of these image prompts"
        raise InvalidInput(f"This site has {told}.")
    return [rows[pk] for pk in wanted]
