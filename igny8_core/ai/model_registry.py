"""The models that there are, their providers and rates: read from ``AIModelConfig``."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db.models import QuerySet

from igny8_core.ai import constants
from igny8_core.ai.exceptions import InactiveModel, NoDefaultModel, PricelessModel, TwoDefaultModels, UnknownModel
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.business.billing.usage import Usage
from migration_harness.api import tombstone

_MILLION: Final = Decimal(1_000_000)
_USD: Final = ("input_cost_per_1m", "output_cost_per_1m", "cost_per_image")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """One active model. USD per million tokens or per image; what does not apply to its type is None."""

    name: str
    model_type: str
    provider: str
    display_name: str
    is_default: bool
    input_cost_per_1m: Decimal | None
    output_cost_per_1m: Decimal | None
    cost_per_image: Decimal | None
    tokens_per_credit: int | None
    credits_per_image: int | None
    quality_tier: str | None
    square_size: str | None
    landscape_size: str | None
    max_output_tokens: int | None
    supports_json_mode: bool


class ModelRegistry:
    """Answers from the database alone."""

    @staticmethod
    def get_model(name: str) -> ModelInfo:
        """Return an active model; raises UnknownModel without a row, InactiveModel where it is switched off."""
        return _info(_active(AIModelConfig.objects.all(), name))

    @staticmethod
    def get_default_model(model_type: str) -> str:
        """Return the name of the default ``text`` or ``image`` model; raises NoDefaultModel, TwoDefaultModels."""
        rows = AIModelConfig.objects.filter(model_type=model_type, is_default=True, is_active=True)
        names = list(rows.order_by("model_name").values_list("model_name", flat=True)[:2])
        if not names:
            raise NoDefaultModel(f"No active {model_type} model is the default. Mark one under AI models.")
        if len(names) > 1:
            raise TwoDefaultModels(f"{names[0]} and {names[1]} are both the default {model_type} model. Keep one.")
        return names[0]

    @staticmethod
    def calculate_cost(*, model: str, usage: Usage | None = None, images: int = 0) -> Decimal:
        """Return what the provider charges for ``usage`` or ``images``, in USD, exactly.

        Raises UnknownModel, InactiveModel, and PricelessModel where the row lacks the rate.
        """
        # Only what it takes: legacy asks this too, and knows nothing of the columns that came with phase 1.
        row = _active(AIModelConfig.objects.only("model_name", "is_active", *_USD), model)
        if usage is None:
            return images * _rate(row, row.cost_per_image)
        sent = usage.tokens_input * _rate(row, row.input_cost_per_1m)
        return (sent + usage.tokens_output * _rate(row, row.output_cost_per_1m)) / _MILLION

    @staticmethod
    def list_models(model_type: str | None = None) -> list[ModelInfo]:
        """Return the active models in the order in which they are offered."""
        rows = AIModelConfig.objects.filter(is_active=True).order_by("sort_order", "model_name")
        return [_info(row) for row in (rows if model_type is None else rows.filter(model_type=model_type))]

    # @legacy begin model-selection
    @staticmethod
    @tombstone(owner="billing", since="2026-11-30", reason="Rates by the constants where no row has one.")
    def calculate_cost_or_constant(*, model: str, usage: Usage | None = None, images: int = 0) -> Decimal:
        """Legacy, goes in phase 7: as ``calculate_cost``, by the constants where the model has no active row.

        Raises UnknownModel where these do not have it either.
        """
        try:
            return ModelRegistry.calculate_cost(model=model, usage=usage, images=images)
        except (UnknownModel, InactiveModel):
            return _cost_by_constants(model, usage, images)

    # @legacy end


@tombstone(owner="billing", since="2026-11-30", reason="Rates by the constants where no row has one.")
def _cost_by_constants(model: str, usage: Usage | None, images: int) -> Decimal:
    """Legacy, goes in phase 7."""
    if usage is None and model in constants.IMAGE_MODEL_RATES:
        return images * constants.IMAGE_MODEL_RATES[model]
    if usage is not None and model in constants.MODEL_RATES:
        rates = constants.MODEL_RATES[model]
        return (usage.tokens_input * rates["input"] + usage.tokens_output * rates["output"]) / _MILLION
    raise UnknownModel(f"The model {model!r} has no rate, neither in the database nor in the constants.")


def _active(rows: QuerySet[AIModelConfig], name: str) -> AIModelConfig:
    row = rows.filter(model_name=name).first()
    if row is None:
        raise UnknownModel(f"There is no model {name!r}. Choose another one, or add it under AI models.")
    if not row.is_active:
        raise InactiveModel(f"The model {name!r} is inactive. Choose another one, or activate it under AI models.")
    return row


def _rate(row: AIModelConfig, rate: Decimal | None) -> Decimal:
    if rate is None:
        raise PricelessModel(f"The model {row.model_name!r} has no rate in USD. Enter it under AI models.")
    return rate


def _info(row: AIModelConfig) -> ModelInfo:
    return ModelInfo(
        name=row.model_name,
        model_type=row.model_type,
        provider=row.provider,
        display_name=row.display_name,
        is_default=row.is_default,
        input_cost_per_1m=row.input_cost_per_1m,
        output_cost_per_1m=row.output_cost_per_1m,
        cost_per_image=row.cost_per_image,
        tokens_per_credit=row.tokens_per_credit,
        credits_per_image=row.credits_per_image,
        quality_tier=row.quality_tier or None,
        square_size=row.square_size or None,
        landscape_size=row.landscape_size or None,
        max_output_tokens=row.max_output_tokens,
        supports_json_mode=row.supports_json_mode,
    )
