"""Which models a customer may choose, as the settings row's CHOICES have them: no prices."""

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.modules.system.catalogue import ModelChoice
from igny8_core.modules.system.models import GlobalIntegrationSettings
from migration_harness.api import tombstone

# Model type: provider and choices.
_CHOICES = {
    AIModelConfig.ModelType.TEXT: (("openai", GlobalIntegrationSettings.OPENAI_MODEL_CHOICES),),
    AIModelConfig.ModelType.IMAGE: (
        ("openai", GlobalIntegrationSettings.DALLE_MODEL_CHOICES),
        ("runware", GlobalIntegrationSettings.RUNWARE_MODEL_CHOICES),
    ),
}


@tombstone(owner="product", since="2026-11-30", reason="Choices of models written into the code.")
def model_choices(*, account: Account, model_type: str) -> tuple[ModelChoice, ...]:  # noqa: ARG001  The seam's signature.
    """Return the choices for a model type, in the order of pages. Every account has the same ones."""
    return tuple(
        ModelChoice(model_name=name, display_name=display_name, label=display_name, provider=provider)
        for provider, choices in _CHOICES[AIModelConfig.ModelType(model_type)]
        for name, display_name in choices
    )
