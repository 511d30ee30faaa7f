"""What the service asks about models, answered as today: by the settings row, by names, by the constants."""

from decimal import Decimal
from typing import Final

from igny8_core.ai.exceptions import NoDefaultModel
from igny8_core.ai.model_registry import ModelRegistry
from igny8_core.auth.models import Account
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.business.billing.usage import Usage
from igny8_core.modules.system.models import GlobalIntegrationSettings, IntegrationSettings
from igny8_core.modules.writer.models import ImagePrompt
from migration_harness.api import tombstone

_LANDSCAPE: Final = {"runware": "1280x768", "google": "1376x768", "dall-e-3": "1792x1024"}
_SQUARE: Final = "1024x1024"


@tombstone(owner="billing", since="2026-11-30", reason="Models by the settings row, names and constants.")
def default_model(*, account: Account, model_type: str) -> str:
    """Return the model of the global settings; for images, that of the account's image service, else the default's."""
    row = _settings()
    by_service = {"openai": row.dalle_model, "runware": row.runware_model}
    model = row.openai_model if model_type == "text" else by_service.get(_image_service(account, row), "")
    if not model:
        raise NoDefaultModel(f"The global integration settings name no {model_type} model.")
    return model


@tombstone(owner="billing", since="2026-11-30", reason="Models by the settings row, names and constants.")
def provider_of(*, account: Account, model: str, model_type: str) -> str:  # noqa: ARG001  The seam's signature.
    """Return the provider of the model's row; a model without one is Runware's where its name has a colon."""
    provider = AIModelConfig.objects.filter(model_name=model).values_list("provider", flat=True).first()
    if provider is not None:
        return provider
    return "runware" if ":" in model else "openai"


@tombstone(owner="billing", since="2026-11-30", reason="Models by the settings row, names and constants.")
def quality_tier(*, account: Account, model: str) -> str:  # noqa: ARG001  The seam's signature.
    """Return the tier that the model's name stands for; there is no column for it."""
    if model.startswith("google:"):
        return "premium"
    return "quality" if model.startswith(("dall-e", "gpt-image")) else "basic"


@tombstone(owner="billing", since="2026-11-30", reason="Models by the settings row, names and constants.")
def cost_usd(*, account: Account, model: str, usage: Usage | None = None, images: int = 0) -> Decimal:  # noqa: ARG001  The seam's signature.
    """Return what the provider charges, in USD, by the row or the constants. Raises UnknownModel, PricelessModel."""
    return ModelRegistry.calculate_cost_or_constant(model=model, usage=usage, images=images)


@tombstone(owner="billing", since="2026-11-30", reason="Models by the settings row, names and constants.")
def image_size(*, account: Account, model: str, role: str) -> str:  # noqa: ARG001  The seam's signature.
    """Return the size that belongs to the model's name, square where none does."""
    if role != ImagePrompt.Role.FEATURED:
        return _SQUARE
    return _LANDSCAPE.get(model.split(":", maxsplit=1)[0], _SQUARE)


def _image_service(account: Account, everybody: GlobalIntegrationSettings) -> str:
    if not account.plan.allows_overrides:
        return everybody.default_image_service
    own = IntegrationSettings.objects.filter(account=account, site=None).values_list("image_service", flat=True).first()
    return own or everybody.default_image_service


def _settings() -> GlobalIntegrationSettings:
    row = GlobalIntegrationSettings.objects.filter(pk=1).first()
    if row is None:
        raise NoDefaultModel("The global integration settings are missing.")
    return row
