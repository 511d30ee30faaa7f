"""What a run would cost, before it is started.

What waits in each stage is known; what the earlier stages will add to it, and the tokens of a call, are
expected values. They are set high rather than low, and the margin comes on top: a run that is let in should not
run dry, and one that uses less is charged less.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from igny8_core.ai import choices
from igny8_core.auth.models import Account, Site
from igny8_core.business.automation.expected import EXPECTED_TOKENS, IDEAS_PER_CLUSTER, KEYWORDS_PER_CLUSTER
from igny8_core.business.automation.queries import config_of
from igny8_core.business.automation.stages import STAGES
from igny8_core.business.billing.exceptions import InsufficientCreditsError
from igny8_core.business.billing.models import OperationType
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.modules.system.models import GlobalIntegrationSettings

MARGIN_PERCENT: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEstimate:
    """What one stage is expected to take: rows, units and credits."""

    stage: int
    name: str
    rows: int
    units: int
    credits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a run is expected to cost.

    Attributes:
        stages: The seven stages.
        text_model: The model whose price was asked for text.
        image_model: The model whose price was asked for images.
        credits: The sum of the stages.
        needed: The sum with the margin: what the account must have for a run to start.
        balance: What it has.
    """

    stages: tuple[StageEstimate, ...]
    text_model: str
    image_model: str
    credits: int
    needed: int
    balance: int

    @property
    def sufficient(self) -> bool:
        """Tell whether the run may start."""
        return self.balance >= self.needed

    def require(self, account: Account) -> None:
        """Raise InsufficientCreditsError where the run may not start."""
        if not self.sufficient:
            raise InsufficientCreditsError(
                f"{account.name} has {self.balance:,} credits, and a run is expected to need {self.needed:,} "
                f"({self.credits:,} and {MARGIN_PERCENT} % margin). Buy credits, upgrade the plan, "
                "or lower the most that a run makes."
            )


def estimate_of(site: Site) -> Estimate:
    """Return what a run of the site would cost now.

    Prices are those of the models that the site would use, on the side that answers for its account. Raises
    CreditCalculationError where such a model has no price, ModelError where there is none.
    """
    text_model, image_model = _models(site)
    prices = _Prices(account=site.account, text_model=text_model, image_model=image_model)
    stages = tuple(_stages(site, prices))
    total = sum(stage.credits for stage in stages)
    return Estimate(
        stages=stages,
        text_model=text_model,
        image_model=image_model,
        credits=total,
        needed=-(-total * (100 + MARGIN_PERCENT) // 100),
        balance=Account.objects.values_list("credits", flat=True).get(pk=site.account_id),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prices:
    account: Account
    text_model: str
    image_model: str

    def call(self, operation: OperationType, *, rows: int) -> int:
        """Return the credits of one call that takes so many rows."""
        return CreditService.get_credit_cost(
            account=self.account,
            operation_type=operation,
            model=self.text_model,
            usage=EXPECTED_TOKENS[operation].usage(rows),
        )

    def calls(self, operation: OperationType, *, rows: int, batch: int) -> int:
        """Return the credits of as many calls as it takes, each rounded up for itself as the charge is."""
        full, rest = divmod(rows, batch)
        credits = full * self.call(operation, rows=batch) if full else 0  # noqa: A001  The domain's word.
        return credits + (self.call(operation, rows=rest) if rest else 0)

    def images(self, rows: int) -> int:
        """Return the credits of so many images, which are charged one by one."""
        return rows * CreditService.get_image_cost(account=self.account, model=self.image_model) if rows else 0


def _stages(site: Site, prices: _Prices) -> Iterator[StageEstimate]:
    config = config_of(site)
    images_per_article = 1 + GlobalIntegrationSettings.objects.get_or_create(pk=1)[0].max_in_article_images
    waiting = {number: stage.waiting(site).count() for number, stage in STAGES.items()}

    keywords = waiting[1]
    clusters = waiting[2] + -(-keywords // KEYWORDS_PER_CLUSTER)
    ideas = waiting[3] + clusters * IDEAS_PER_CLUSTER
    tasks = min(waiting[4] + ideas, config.max_articles)
    drafts = waiting[5] + tasks
    prompts = min(waiting[6] + drafts * images_per_article, config.max_images)

    batch = config.batch_size
    yield _stage(1, keywords, batch(1), prices.calls(OperationType.CLUSTERING, rows=keywords, batch=batch(1)))
    yield _stage(2, clusters, batch(2), prices.calls(OperationType.IDEA_GENERATION, rows=clusters, batch=batch(2)))
    yield _stage(3, ideas, batch(3), 0)
    yield _stage(4, tasks, 1, prices.calls(OperationType.CONTENT_GENERATION, rows=tasks, batch=1))
    yield _stage(5, drafts, 1, prices.calls(OperationType.IMAGE_PROMPT_EXTRACTION, rows=drafts, batch=1))
    yield _stage(6, prompts, 1, prices.images(prompts))
    yield _stage(7, waiting[7] + drafts, batch(7), 0)


def _stage(number: int, rows: int, rows_per_unit: int, credits: int) -> StageEstimate:  # noqa: A002  The domain's word.
    return StageEstimate(
        stage=number, name=STAGES[number].name, rows=rows, units=-(-rows // rows_per_unit), credits=credits
    )


def _models(site: Site) -> tuple[str, str]:
    """Return the text and the image model that the site's operations would ask."""
    text_model = choices.text_model_for(account=site.account, site=site)
    return text_model, choices.image_model_for(account=site.account, site=site)
