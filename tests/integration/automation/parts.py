"""A site to automate, and AI operations that charge and save as the real ones do, without a provider."""

from dataclasses import dataclass, field
from types import SimpleNamespace

from igny8_core.auth.models import Account, Site
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword
from igny8_core.modules.writer.models import Content, Image, ImagePrompt, Task
from migration_harness.deciding import unit_of_work

MODEL, IMAGE_MODEL = "gpt-5.1", "dall-e-3"
USAGE = Usage(tokens_input=700, tokens_output=300)
CLUSTERS, IDEAS, PROMPTS = 2, 2, 3
"""What one clustering makes in all, and what a cluster and a content get."""


def site_with(*, keywords=0, account=None, name="Herb garden") -> Site:
    account = account or Account.objects.order_by("pk").first()
    site = Site.objects.create(account=account, name=name)
    Keyword.objects.bulk_create(
        Keyword(account=account, site=site, keyword=f"herb {number}") for number in range(keywords)
    )
    return site


def task_of(site, title="Grow basil") -> Task:
    return Task.objects.create(account=site.account, site=site, title=title)


def draft_of(site, title="Basil", *, prompts=0) -> Content:
    content = Content.objects.create(account=site.account, site=site, title=title, html="<p>Basil.</p>")
    for position in range(prompts):
        ImagePrompt.objects.create(
            account=site.account, content=content, role="in_article", position=position, prompt="A pot"
        )
    return content


def deductions(site):
    """The account's deductions: operation id and credits."""
    rows = CreditTransaction.objects.filter(account=site.account, transaction_type="deduction")
    return {row.operation_id: -row.amount for row in rows}


@dataclass
class TrialAI:
    """Operations by name, as ``igny8_core.ai.operations`` has them; remembers the calls that reached a provider."""

    calls: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    before: dict[str, object] = field(default_factory=dict)
    """By operation: a function that is called with the rows in the provider's place, and may raise."""
    after_charge: object = None
    """Called when an operation has been charged and saved, before it returns."""

    def cluster_keywords(self, *, account, site, operation_id, keyword_ids):
        def save():
            clusters = [
                Cluster.objects.create(account=account, site=site, name=f"{operation_id} {number}")
                for number in range(CLUSTERS)
            ]
            for number, pk in enumerate(keyword_ids):
                Keyword.objects.filter(pk=pk).update(cluster=clusters[number % CLUSTERS])
            return clusters

        return self._operation("clustering", account, operation_id, keyword_ids, save)

    def generate_ideas(self, *, account, site, operation_id, cluster_ids):
        def save():
            return [
                ContentIdea.objects.create(account=account, site=site, cluster_id=pk, title=f"Idea {number} of {pk}")
                for pk in cluster_ids
                for number in range(IDEAS)
            ]

        return self._operation("idea_generation", account, operation_id, cluster_ids, save)

    def generate_content(self, *, account, site, operation_id, task_id):
        def save():
            Task.objects.filter(pk=task_id).update(status="completed")
            return [
                Content.objects.create(
                    account=account, site=site, task_id=task_id, title=f"Content of {task_id}", html="<p>.</p>"
                )
            ]

        return self._operation("content_generation", account, operation_id, [task_id], save)

    def generate_image_prompts(self, *, account, site, operation_id, content_id):
        def save():
            return [
                ImagePrompt.objects.create(
                    account=account, content_id=content_id, role="in_article", position=position, prompt="A herb"
                )
                for position in range(PROMPTS)
            ]

        return self._operation("image_prompt_extraction", account, operation_id, [content_id], save)

    def generate_images(self, *, account, site, operation_id, prompt_ids):
        images = []
        for prompt_id in prompt_ids:
            own_id = f"{operation_id}:{prompt_id}"

            def save(prompt_id=prompt_id, own_id=own_id):
                return [
                    Image.objects.create(
                        account=account, prompt_id=prompt_id, file=own_id, sha256="0", model_name=IMAGE_MODEL,
                        size="1024x1024", operation_id=own_id,
                    )
                ]  # fmt: skip

            images.append(self._operation("image_generation", account, own_id, [prompt_id], save))
        return SimpleNamespace(images=tuple(images), failures=())

    def _operation(self, operation_type, account, operation_id, rows, save):
        if earlier := CreditTransaction.objects.filter(operation_id=operation_id).first():
            return self._outcome(operation_id, -earlier.amount, repeated=True)
        self.calls.append((operation_type, tuple(rows)))
        self.paths.append(unit_of_work.current.get().execution_path.value)
        if operation_type in self.before:
            self.before[operation_type](rows)
        created = []

        def keep(_receipt):
            created.extend(save())

        if operation_type == "image_generation":
            receipt = CreditService.deduct_credits_for_image(
                account=account, model=IMAGE_MODEL, operation_id=operation_id, save=keep
            )
        else:
            receipt = CreditService.deduct_credits_for_operation(
                account=account, operation_type=operation_type, model=MODEL, usage=USAGE,
                operation_id=operation_id, save=keep,
            )  # fmt: skip
        if self.after_charge:
            self.after_charge()
        return self._outcome(operation_id, receipt.credits, created=tuple(row.pk for row in created))

    def _outcome(self, operation_id, credits, *, created=(), repeated=False):
        return SimpleNamespace(
            operation_id=operation_id, model=MODEL, credits=credits, created=created, repeated=repeated
        )

    def count(self, operation_type):
        return sum(called == operation_type for called, _ in self.calls)
