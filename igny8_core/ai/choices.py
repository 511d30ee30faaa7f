"""Which model, and which parameters, an account works with.

The site's choice, else the account's, else what everybody has. An account on a plan that does not allow
overrides has its choices ignored.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from igny8_core.ai.providers.results import ImageLook
from igny8_core.ai.seams import default_model
from igny8_core.auth.models import Account, Site
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.modules.system.models import GlobalIntegrationSettings, IntegrationSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class TextParameters:
    """How a text is asked for: ``temperature`` from 0 to 2, ``max_tokens`` of the answer."""

    temperature: float
    max_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingModel:
    """The model that an operation asks."""

    name: str
    # @legacy begin model-selection, model-based-credits
    # The one that it would ask with the new side, where that is another one; else empty. It is known where the seam of
    # the default models compares.
    target: str = ""
    # @legacy end


def working_text_model(*, account: Account, site: Site | None = None) -> WorkingModel:
    """Return the text model with its target; raises ModelError as ``text_model_for`` does."""
    return _working(account, AIModelConfig.ModelType.TEXT, _chosen(account, site, "text_model"))


def working_image_model(*, account: Account, site: Site | None = None) -> WorkingModel:
    """Return the image model with its target; raises ModelError as ``image_model_for`` does."""
    return _working(account, AIModelConfig.ModelType.IMAGE, _chosen(account, site, "image_model"))


def text_model_for(*, account: Account, site: Site | None = None) -> str:
    """Return the name of the text model; raises ModelError where nobody chose one and there is no default."""
    chosen: str = _chosen(account, site, "text_model")
    return chosen or default_model(account=account, model_type=AIModelConfig.ModelType.TEXT)


def image_model_for(*, account: Account, site: Site | None = None) -> str:
    """Return the name of the image model; raises ModelError where nobody chose one and there is no default."""
    chosen: str = _chosen(account, site, "image_model")
    return chosen or default_model(account=account, model_type=AIModelConfig.ModelType.IMAGE)


def text_parameters_for(*, account: Account, site: Site | None = None) -> TextParameters:
    """Return how texts are asked for."""
    everybody = _everybody()
    temperature, max_tokens = _chosen(account, site, "temperature"), _chosen(account, site, "max_tokens")
    return TextParameters(
        temperature=everybody.openai_temperature if temperature in {None, ""} else temperature,
        max_tokens=max_tokens or everybody.openai_max_tokens,
    )


def image_look_for(*, account: Account, site: Site | None = None) -> ImageLook:
    """Return how images are to look."""
    everybody = _everybody()
    return ImageLook(
        quality=_chosen(account, site, "image_quality") or everybody.image_quality,
        style=_chosen(account, site, "image_style") or everybody.image_style,
    )


def in_article_images() -> int:
    """Return how many images an article has besides its featured one."""
    return _everybody().max_in_article_images


def _working(account: Account, model_type: str, chosen: str) -> WorkingModel:
    if chosen:
        return WorkingModel(name=chosen)
    name = default_model(account=account, model_type=model_type)
    # @legacy begin model-selection
    target = default_model.foresee(account=account, model_type=model_type)
    if target and target != name:
        return WorkingModel(name=name, target=target)
    # @legacy end
    return WorkingModel(name=name)


def _chosen(account: Account, site: Site | None, field: str) -> Any:
    """Return the choice of the site, else of the account, else an empty text."""
    if not account.plan.allows_overrides:
        return ""
    rows = IntegrationSettings.objects.filter(Q(site=None) | Q(site=site), account=account)
    # The site's row first: the account's own has no site.
    choices = rows.order_by("site").values_list(field, flat=True)
    return next((choice for choice in choices if choice not in {None, ""}), "")


def _everybody() -> GlobalIntegrationSettings:
    return GlobalIntegrationSettings.objects.filter(pk=1).first() or GlobalIntegrationSettings()
