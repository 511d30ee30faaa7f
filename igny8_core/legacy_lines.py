"""What must be gone when the migration is complete: the five lines that its planning documents end with.

And what the database loses with it.
"""

from typing import Final

from migration_harness.api import (
    AssignedNames,
    DroppedColumns,
    DroppedTable,
    LegacyLine,
    Matches,
    ModelFields,
    UsedNames,
    quoted,
)

RATES: Final = frozenset({"MODEL_RATES", "IMAGE_MODEL_RATES"})

MODELS: Final = (
    "gpt-4.1", "gpt-4o", "gpt-4o-mini", "gpt-5.1", "gpt-5.2",
    "dall-e-2", "dall-e-3", "gpt-image-1", "gpt-image-1-mini",
    "runware:97@1", "runware:100@1", "runware:101@1", "bria:10@1", "google:4@2",
)  # fmt: skip
"""Every model that the service has ever offered or prices."""

SETTINGS: Final = "igny8_core/modules/system/global_settings_models.py"
KEY_FIELD: Final = r".*_api_key"
STAYING_FIELDS: Final = frozenset(
    {
        "openai_temperature", "openai_max_tokens", "image_quality", "image_style", "max_in_article_images",
        "desktop_image_size", "mobile_image_size",
    }
)  # fmt: skip

LEGACY: Final = (
    LegacyLine(
        name="rates",
        sentence="No MODEL_RATES or IMAGE_MODEL_RATES in constants.py",
        finds=(AssignedNames(path="igny8_core/ai/constants.py", names=RATES),),
    ),
    LegacyLine(
        name="keys",
        sentence="No API keys in GlobalIntegrationSettings",
        finds=(ModelFields(path=SETTINGS, model="GlobalIntegrationSettings", matching=KEY_FIELD),),
    ),
    LegacyLine(
        name="frontend",
        sentence="No hard-coded models in the frontend",
        finds=(
            Matches(
                files=("frontend/src/**/*.ts", "frontend/src/**/*.tsx"),
                but_not=(
                    "frontend/src/**/*.test.ts", "frontend/src/**/*.test.tsx", "frontend/src/**/__tests__/**/*",
                    "frontend/src/test/**/*", "frontend/src/tests/**/*",
                ),
                pattern=quoted(*MODELS),
            ),
        ),
    ),
    LegacyLine(
        name="fallback",
        sentence="No fallback to constants in ModelRegistry",
        finds=(UsedNames(path="igny8_core/ai/model_registry.py", names=RATES),),
    ),
    # The keys are fields that do not stay either; they have a line of their own.
    LegacyLine(
        name="fields",
        sentence="No unused fields in GlobalIntegrationSettings",
        finds=(
            ModelFields(
                path=SETTINGS, model="GlobalIntegrationSettings", matching=rf"(?!{KEY_FIELD}$).*", stay=STAYING_FIELDS
            ),
        ),
    ),
)  # fmt: skip

_SETTINGS_MODEL: Final = "system.GlobalIntegrationSettings"
_KEYS: Final = ("openai_api_key", "dalle_api_key", "runware_api_key", "anthropic_api_key", "bria_api_key")

DROPPED_KEYS: Final = DroppedColumns(model=_SETTINGS_MODEL, fields=_KEYS, secret=_KEYS)
DROPPED_CHOICES: Final = DroppedColumns(
    model=_SETTINGS_MODEL,
    fields=("openai_model", "dalle_model", "runware_model", "default_text_provider", "default_image_service"),
)
DROPPED_TARIFFS: Final = DroppedTable(model="billing.CreditCostConfig")
