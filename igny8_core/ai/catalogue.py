"""What the service asks about models, answered by their rows: the one source of truth."""

from decimal import Decimal

from igny8_core.ai.exceptions import IncompleteModel, PricelessModel, UnknownModel
from igny8_core.ai.model_registry import ModelInfo, ModelRegistry
from igny8_core.auth.models import Account
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.business.billing.usage import Usage
from igny8_core.modules.writer.models import ImagePrompt

ModelType = AIModelConfig.ModelType


def default_model(*, account: Account, model_type: str) -> str:  # noqa: ARG001  The seam's signature.
    """Return the row with ``is_default``, for those who choose none. Raises NoDefaultModel, TwoDefaultModels."""
    return ModelRegistry.get_default_model(model_type)


def provider_of(*, account: Account, model: str, model_type: str) -> str:  # noqa: ARG001  The seam's signature.
    """Return the provider that serves the model, before it is called.

    Raises UnknownModel for a model without a row of this type, InactiveModel, and PricelessModel for a model
    that nobody could be charged for.
    """
    info = ModelRegistry.get_model(model)
    if info.model_type != model_type:
        raise UnknownModel(f"There is no {model_type} model {model!r}: it makes {info.model_type}. Choose another one.")
    prices = _prices(info)
    if missing := [name for name, price in prices.items() if price is None]:
        raise PricelessModel(f"The model {model!r} has no {' and no '.join(missing)}. Enter it under AI models.")
    return info.provider


def quality_tier(*, account: Account, model: str) -> str:  # noqa: ARG001  The seam's signature.
    """Return basic, quality or premium. Raises UnknownModel, InactiveModel, IncompleteModel."""
    return _given(ModelRegistry.get_model(model), "quality_tier")


def cost_usd(*, account: Account, model: str, usage: Usage | None = None, images: int = 0) -> Decimal:  # noqa: ARG001  The seam's signature.
    """Return what the provider charges, in USD. Raises UnknownModel, InactiveModel, PricelessModel."""
    return ModelRegistry.calculate_cost(model=model, usage=usage, images=images)


def image_size(*, account: Account, model: str, role: str) -> str:  # noqa: ARG001  The seam's signature.
    """Return the size to ask for: the model's landscape size for a featured image, else its square size.

    Raises UnknownModel, InactiveModel, IncompleteModel.
    """
    info = ModelRegistry.get_model(model)
    return _given(info, "landscape_size" if role == ImagePrompt.Role.FEATURED else "square_size")


def _prices(info: ModelInfo) -> dict[str, object]:
    if info.model_type == ModelType.IMAGE:
        return {"cost_per_image": info.cost_per_image}
    return {"input_cost_per_1m": info.input_cost_per_1m, "output_cost_per_1m": info.output_cost_per_1m}


def _given(info: ModelInfo, name: str) -> str:
    value = getattr(info, name)
    if not value:
        raise IncompleteModel(f"The model {info.name!r} has no {name}. Enter it under AI models.")
    return str(value)
