"""One of each kind of operation on each way in, and the ways in which they end badly: what a revision is tried on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from igny8_core.ai import operations
from igny8_core.ai.exceptions import AIError
from igny8_core.auth.models import Account, Site
from igny8_core.business.billing.exceptions import BillingError
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.linker.services.linker_service import LinkerService
from igny8_core.business.optimizer.services.optimizer_service import OptimizerService
from igny8_core.effects.seen import IMAGES
from igny8_core.modules.planner.models import Cluster, Keyword
from igny8_core.modules.system.models import IntegrationSettings
from igny8_core.modules.writer.models import Content, ImagePrompt, Task
from migration_harness.api import ExecutionPath, unit_of_work

_FAULT = "[[sandbox fault=prose]]"
"""An answer that comes, costs, and is none: nobody pays for it, and the log of usage has it."""
_FAILS_ONCE = "[[sandbox fault=500 times=1 id={name}]]"
"""An error, and an answer where it is asked again: that is charged once."""
_TOO_FEW = 3
"""Credits that are some, and do not pay for an image of the default model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typical:
    """One call of an operation: its own id, the function, and what makes its rows and returns its arguments."""

    name: str
    call: Callable[..., object]
    arrange: Callable[[Site, str], dict[str, Any]]
    marker: str = ""
    prepare: Callable[[Site], None] = lambda _site: None
    execution_path: ExecutionPath = ExecutionPath.DIRECT

    def do(self, site: Site) -> str:
        """Do it; returns what it came to, an error by its class."""
        arguments = self.arrange(site, self.marker)
        self.prepare(site)
        account = Account.objects.select_related("plan").get(pk=site.account_id)
        try:
            with unit_of_work(execution_path=self.execution_path):
                self.call(account=account, site=site, operation_id=f"typical {self.name}", **arguments)
        except (AIError, BillingError) as error:
            return type(error).__name__
        return "done"


def _own(site: Site) -> dict[str, Any]:
    return {"account": site.account, "site": site}


def _keywords(site: Site, marker: str) -> dict[str, Any]:
    texts = (f"oak table {marker}".strip(), "round oak table", "garden chair")
    return {"keyword_ids": [Keyword.objects.create(keyword=text, **_own(site)).pk for text in texts]}


def _cluster(site: Site, marker: str) -> dict[str, Any]:
    cluster = Cluster.objects.create(name="Oak", description=marker, **_own(site))
    Keyword.objects.create(keyword="oak bench", cluster=cluster, **_own(site))
    return {"cluster_ids": [cluster.pk]}


def _task(site: Site, marker: str) -> dict[str, Any]:
    task = Task.objects.create(title="How to oil oak", description=marker, keywords=["oak oil"], **_own(site))
    return {"task_id": task.pk}


def _article(site: Site, marker: str) -> Content:
    html = "<p>An oak table needs oil. A round oak table needs more oil.</p>"
    return Content.objects.create(title=f"Oak table {marker}".strip(), html=html, **_own(site))


def _content(site: Site, marker: str) -> dict[str, Any]:
    return {"content_id": _article(site, marker).pk}


def _linked(site: Site, marker: str) -> dict[str, Any]:
    content = _article(site, marker)
    Content.objects.create(title="All about oil", html="<p>Oil.</p>", **_own(site))
    return {"content_id": content.pk}


def _prompts(site: Site, marker: str) -> dict[str, Any]:
    content = _article(site, "")
    roles = ("featured", "in_article", "in_article")
    rows = [
        ImagePrompt.objects.create(
            account=site.account, content=content, role=role, position=place, prompt=f"oak {place} {marker}".strip()
        )
        for place, role in enumerate(roles)
    ]
    return {"prompt_ids": [row.pk for row in rows]}


def _spends_all(site: Site) -> None:
    _keeps(site, 0)


def _spends_most(site: Site) -> None:
    _keeps(site, _TOO_FEW)


def _keeps(site: Site, some: int) -> None:
    balance = Account.objects.values_list("credits", flat=True).get(pk=site.account_id)
    CreditService.take_credits(account=site.account, amount=balance - some, description="Most of it")


def _on_runware(site: Site) -> None:
    """Choose the image models of the other provider: the first, by the order in which they are offered."""
    _chooses(site, tier="basic")


def _on_premium(site: Site) -> None:
    _chooses(site, tier="premium")


def _chooses(site: Site, *, tier: str) -> None:
    model = AIModelConfig.objects.get(model_type="image", quality_tier=tier, is_active=True)
    IntegrationSettings.objects.update_or_create(
        account=site.account, site=site, defaults={"image_model": model.model_name}
    )


# @legacy begin model-selection
def _on_legacy_service(site: Site) -> None:
    """Choose the other provider without a model: legacy's own default there has no row, and nobody can pay for it."""
    IntegrationSettings.objects.update_or_create(account=site.account, site=None, defaults={"image_service": "runware"})


# @legacy end
FUNCTIONS = (
    ("clustering", operations.cluster_keywords, _keywords),
    ("idea_generation", operations.generate_ideas, _cluster),
    ("content_generation", operations.generate_content, _task),
    ("image_prompt_extraction", operations.generate_image_prompts, _content),
    (IMAGES, operations.generate_images, _prompts),
)
"""Those that come in by buttons and by automation."""
EVERY = (
    *FUNCTIONS,
    ("internal_linking", LinkerService.link, _linked),
    ("content_optimization", OptimizerService.optimize, _content),
)
TYPICAL = (
    *(Typical(name=name, call=call, arrange=arrange) for name, call, arrange in EVERY),
    *(Typical(name=f"{name}, no answer", call=call, arrange=arrange, marker=_FAULT) for name, call, arrange in EVERY),
    *(
        Typical(name=f"{name}, no credits", call=call, arrange=arrange, prepare=_spends_all)
        for name, call, arrange in EVERY
    ),
    *(
        Typical(name=f"{name}, asked again", call=call, arrange=arrange, marker=_FAILS_ONCE.format(name=name))
        for name, call, arrange in EVERY
    ),
    *(
        Typical(name=f"{name}, {path.value}", call=call, arrange=arrange, execution_path=path)
        for path in (ExecutionPath.MANUAL, ExecutionPath.RUN_NOW, ExecutionPath.SCHEDULED)
        for name, call, arrange in FUNCTIONS
    ),
    *(
        Typical(name=f"{name}, {path.value}, no answer", call=call, arrange=arrange, marker=_FAULT, execution_path=path)
        for path in (ExecutionPath.SCHEDULED,)
        for name, call, arrange in FUNCTIONS
    ),
    *(
        Typical(name=f"{IMAGES}, {how}", call=operations.generate_images, arrange=_prompts, prepare=prepare)
        for how, prepare in (
            ("few credits", _spends_most),
            ("runware", _on_runware),
            ("premium", _on_premium),
            ("no such model", _on_legacy_service),  # @legacy line model-selection
        )
    ),
)
"""The operations of the service as a revision has to do them."""
