"""What a customer has and sends, for the tests of planner, writer, linker and optimizer."""

from dataclasses import dataclass, field
from hashlib import sha256
from types import SimpleNamespace

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from rest_framework.test import APIClient

from igny8_core.ai import operations
from igny8_core.auth.models import User
from igny8_core.business.linker.models import InternalLink
from igny8_core.business.optimizer.models import OptimizationTask
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword
from igny8_core.modules.writer.models import Content, Image, ImagePrompt, Task

API = "/api/v1/"
PNG = b"\x89PNG\r\n\x1a\n of no picture"


def client_of(account, name=None):
    """A customer who is signed in."""
    client = APIClient()
    client.force_login(User.objects.create_user(name or f"user of {account.name}", account=account))
    return client


def site_of(account):
    return account.sites.order_by("pk").first()


def keyword_of(site, text="rye bread", **more):
    return Keyword.objects.create(account=site.account, site=site, keyword=text, **more)


def cluster_of(site, name="Bread"):
    return Cluster.objects.create(account=site.account, site=site, name=name)


def idea_of(cluster, title="How to bake rye"):
    return ContentIdea.objects.create(account=cluster.account, site=cluster.site, cluster=cluster, title=title)


def task_of(site, title="How to bake rye", **more):
    return Task.objects.create(account=site.account, site=site, title=title, **more)


def content_of(site, title="How to bake rye", html="<p>Rye needs time.</p>", **more):
    return Content.objects.create(account=site.account, site=site, title=title, html=html, **more)


def prompt_of(content, position=0):
    role = "in_article" if position else "featured"
    return ImagePrompt.objects.create(
        account=content.account, content=content, role=role, position=position, prompt="a loaf in morning light"
    )


def image_of(prompt, content=PNG, ending="png"):
    name = default_storage.save(f"test-{prompt.pk}.{ending}", ContentFile(content))
    return Image.objects.create(
        account=prompt.account,
        prompt=prompt,
        file=name,
        sha256=sha256(content).hexdigest(),
        model_name="dall-e-3",
        size="1024x1024",
        operation_id=f"test:{prompt.pk}",
    )


def link_of(source, target):
    return InternalLink.objects.create(
        account=source.account, site=source.site, source=source, target=target, anchor="rye", operation_id="test"
    )


def optimization_of(content):
    return OptimizationTask.objects.create(
        account=content.account,
        site=content.site,
        content=content,
        html_before=content.html,
        html_after="<p>Rye needs more time.</p>",
        scores_before={"total": 1},
        scores_after={"total": 2},
        model_name="gpt-5.1",
        operation_id=f"test:optimization:{content.pk}",
    )


def one_of_each(account):
    """One row of each kind, by the name under which its address is routed."""
    site = site_of(account)
    cluster = cluster_of(site)
    idea = idea_of(cluster)
    task = task_of(site)
    content = content_of(site)
    prompt = prompt_of(content)
    return {
        "link": link_of(content, content_of(site, "Another")),
        "linked-content": content,
        "optimization": optimization_of(content),
        "optimized-content": content,
        "keyword": keyword_of(site, cluster=cluster),
        "cluster": cluster,
        "idea": idea,
        "task": task,
        "content": content,
        "image-prompt": prompt,
        "image": image_of(prompt),
    }


@dataclass
class Operations:
    """Stands in for the AI operations: keeps what it was called with, and answers or fails as it is told."""

    calls: list = field(default_factory=list)
    error: Exception | None = None

    @classmethod
    def instead(cls, monkeypatch):
        """Put these in the place of the real ones."""
        fake = cls()
        for name in (
            "cluster_keywords",
            "generate_ideas",
            "generate_content",
            "generate_image_prompts",
            "generate_images",
        ):
            monkeypatch.setattr(operations, name, getattr(fake, name))
        return fake

    def _answer(self, name, *, operation_id, **arguments):
        self.calls.append((name, operation_id, arguments))
        if self.error:
            raise self.error
        return SimpleNamespace(operation_id=operation_id, model="gpt-5.1", credits=3, created=(7, 8), repeated=False)

    def cluster_keywords(self, **arguments):
        return self._answer("cluster_keywords", **arguments)

    def generate_ideas(self, **arguments):
        return self._answer("generate_ideas", **arguments)

    def generate_content(self, **arguments):
        return self._answer("generate_content", **arguments)

    def generate_image_prompts(self, **arguments):
        return self._answer("generate_image_prompts", **arguments)

    def generate_images(self, **arguments):
        made = self._answer("generate_images", **arguments)
        return SimpleNamespace(images=(made,), failures=())
