"""Where ``harness explore`` looks first: the boundaries of prices and rules, as they are in the database.

Named is what callers send: no text model is asked for an image, and no call that used nothing reaches a price.
"""

# @legacy file integration-provider-keys, model-selection, model-based-credits, dynamic-model-choices

from collections.abc import Iterable
from typing import Any, Final

from igny8_core.ai.provider_keys import Purpose
from igny8_core.auth.models import Account
from igny8_core.auth.subjects import Payer
from igny8_core.business.billing.legacy.tariffs import tariffs
from igny8_core.business.billing.models import AIModelConfig, OperationType
from igny8_core.business.billing.rates import current_rates
from igny8_core.modules.writer.models import ImagePrompt
from migration_harness.api import Boundaries

_MOST_TOKENS: Final = 1_000_000
"""More than any model takes at once."""
_MOST_IMAGES: Final = 10
_ACCOUNTS: Final = 3


def _payers() -> list[Payer]:
    return [Payer.of(account) for account in Account.objects.order_by("pk")[:_ACCOUNTS]] or [Payer(1, 1)]


def _models(*, text: bool) -> list[str]:
    rates = sorted(current_rates().values(), key=lambda rate: rate.model_name)
    return [each.model_name for each in rates if (each.tokens_per_credit if text else each.credits_per_image)]


def _tokens(*, least: int) -> list[int]:
    """Return the tokens of one credit, by the prices of models and by the tariffs of operations, between two ends."""
    new = (rate.tokens_per_credit for rate in current_rates().values())
    old = (tariff.tokens_per_credit for tariff in tariffs.current().by_operation.values())
    return sorted({least, _MOST_TOKENS, *filter(None, new), *old})


def _text() -> dict[str, Iterable[Any]]:
    models = _models(text=True)
    return {
        "account": _payers(),
        "operation": [each for each in OperationType.values if each != OperationType.IMAGE_GENERATION],
        "model": models,
        "target_model": ["", *models],
        # A prompt is never empty, an answer may be.
        "usage.tokens_input": _tokens(least=1),
        "usage.tokens_output": _tokens(least=0),
    }


def _images() -> dict[str, Iterable[Any]]:
    models = _models(text=False)
    return {
        "account": _payers(),
        "model": models,
        "target_model": ["", *models],
        "images": [1, 2, _MOST_IMAGES],
    }


def _of_image_models() -> dict[str, Iterable[Any]]:
    return {"model": _models(text=False), "role": ImagePrompt.Role.values}


def _text_models() -> dict[str, Iterable[Any]]:
    return {"model": _models(text=True), "model_type": [AIModelConfig.ModelType.TEXT.value]}


def _image_models() -> dict[str, Iterable[Any]]:
    return {"model": _models(text=False), "model_type": [AIModelConfig.ModelType.IMAGE.value]}


def _cost_of_text() -> dict[str, Iterable[Any]]:
    return {
        "model": _models(text=True),
        "usage.tokens_input": _tokens(least=1),
        "usage.tokens_output": _tokens(least=0),
        "images": [0],
    }


def _cost_of_images() -> dict[str, Iterable[Any]]:
    return {"model": _models(text=False), "usage": [None], "images": [1, 2, _MOST_IMAGES]}


def _types() -> dict[str, Iterable[Any]]:
    return {"model_type": AIModelConfig.ModelType.values}


def _keys_of(model_type: str, purpose: Purpose) -> dict[str, Iterable[Any]]:
    models = AIModelConfig.objects.filter(model_type=model_type, is_active=True).order_by("provider")
    return {"provider": list(models.values_list("provider", flat=True).distinct()), "purpose": [purpose]}


def _text_keys() -> dict[str, Iterable[Any]]:
    return _keys_of(AIModelConfig.ModelType.TEXT, Purpose.TEXT)


def _image_keys() -> dict[str, Iterable[Any]]:
    return _keys_of(AIModelConfig.ModelType.IMAGE, Purpose.IMAGE)


Boundaries(seams=("credits.text",), values=_text)
Boundaries(seams=("credits.image",), values=_images)
Boundaries(seams=("models.quality_tier", "models.image_size"), values=_of_image_models)
Boundaries(seams=("models.provider",), values=_text_models)
Boundaries(seams=("models.provider",), values=_image_models)
Boundaries(seams=("models.cost_usd",), values=_cost_of_text)
Boundaries(seams=("models.cost_usd",), values=_cost_of_images)
Boundaries(seams=("models.default", "models.catalogue"), values=_types)
Boundaries(seams=("keys.provider_key",), values=_text_keys)
Boundaries(seams=("keys.provider_key",), values=_image_keys)
