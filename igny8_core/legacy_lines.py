"""What must be gone when the migration is complete: the five lines that its planning documents end with.

And what the database loses with it.
"""

from typing import Final

from migration_harness.api import (
    AssignedNames,
    DroppedColumns,
    DroppedTable,
    Fallbacks,
    LegacyLine,
    Matches,
    ModelFields,
    NamedInPython,
    OnlyThroughSeams,
    ReachedFrom,
    UsedNames,
    Words,
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

_CONSTANTS: Final = "igny8_core/ai/constants.py"
_REGISTRY: Final = "igny8_core/ai/model_registry.py"
_PYTHON: Final = ("igny8_core/**/*.py", "dashboards/**/*.py", "rest_api/**/*.py")
_NOT_RUN: Final = ("igny8_core/**/tests/**/*", "igny8_core/legacy_lines.py")
_MAY_NAME_MODELS: Final = (
    "igny8_core/seed.py",
    "igny8_core/replay.py",
    "igny8_core/ai/providers/*.py",
    "igny8_core/ai/sandbox/*.py",
    "igny8_core/management/commands/retired_choices.py",
    "igny8_core/**/migrations/*.py",
)
"""Rows to begin with, examples, what a provider's wire says of its own model, and the past."""

_TEMPLATES: Final = ("igny8_core/**/templates/**/*.html", "igny8_core/**/templates/**/*.txt")
_OF_PAGES: Final = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".json", ".html", ".css", ".md", ".svg")

_KEYS: Final = ("openai_api_key", "dalle_api_key", "runware_api_key", "anthropic_api_key", "bria_api_key")

LEGACY: Final = (
    LegacyLine(
        name="rates",
        sentence="No MODEL_RATES or IMAGE_MODEL_RATES in constants.py",
        finds=(
            AssignedNames(path=_CONSTANTS, names=RATES),
            NamedInPython(files=("igny8_core/ai/constants*.py", "igny8_core/ai/constants/**/*.py"), words=MODELS),
        ),
    ),
    LegacyLine(
        name="keys",
        sentence="No API keys in GlobalIntegrationSettings",
        finds=(
            ModelFields(
                path=SETTINGS,
                model="GlobalIntegrationSettings",
                matching=KEY_FIELD,
                anywhere=("igny8_core/**/*.py",),
                but_not=_NOT_RUN,
            ),
            Words(
                files=("igny8_core/settings/**/*.py", *_TEMPLATES, ".env*", "Procfile"), words=_KEYS
            ),
        ),
    ),
    LegacyLine(
        name="frontend",
        sentence="No hard-coded models in the frontend",
        finds=(
            Words(
                files=tuple(f"frontend/src/**/*{suffix}" for suffix in _OF_PAGES),
                but_not=(
                    "frontend/src/**/*.test.*", "frontend/src/**/__tests__/**/*",
                    "frontend/src/test/**/*", "frontend/src/tests/**/*",
                ),
                words=MODELS,
            ),
            Words(
                files=(
                    "frontend/index.html", "frontend/.env*", "frontend/*.ts",
                    *(f"frontend/public/**/*{suffix}" for suffix in _OF_PAGES), *_TEMPLATES,
                ),
                words=MODELS,
            ),
        ),
    ),
    LegacyLine(
        name="fallback",
        sentence="No fallback to constants in ModelRegistry",
        finds=(
            UsedNames(path=_REGISTRY, names=RATES),
            Fallbacks(path=_REGISTRY),
            ReachedFrom(
                path=_REGISTRY, start="ModelRegistry", names=RATES, words=MODELS, files=_PYTHON, but_not=_NOT_RUN
            ),
        ),
    ),
    # The keys are fields that do not stay either; they have a line of their own.
    LegacyLine(
        name="fields",
        sentence="No unused fields in GlobalIntegrationSettings",
        finds=(
            ModelFields(
                path=SETTINGS,
                model="GlobalIntegrationSettings",
                matching=rf"(?!{KEY_FIELD}$).*",
                stay=STAYING_FIELDS,
                anywhere=("igny8_core/**/*.py",),
                but_not=_NOT_RUN,
            ),
        ),
    ),
)  # fmt: skip
"""The five lines that the planning documents end with."""

LEFT_OVER: Final = (
    LegacyLine(
        name="models",
        sentence="No model is named in the service's code",
        finds=(
            NamedInPython(files=("igny8_core/**/*.py",), words=MODELS, but_not=(*_NOT_RUN, *_MAY_NAME_MODELS)),
            Words(
                files=("igny8_core/**/*.json", "igny8_core/**/*.yaml", "igny8_core/**/*.yml"),
                words=MODELS,
                but_not=_NOT_RUN,
            ),
        ),
    ),
    LegacyLine(
        name="reach",
        sentence="Nothing is left that only a retired seam reaches",
        finds=(OnlyThroughSeams(files=_PYTHON, but_not=_NOT_RUN),),
    ),
    LegacyLine(
        name="docs",
        sentence="No section of the documentation is marked legacy",
        finds=(Matches(files=("docs/**/*.md", "*.md"), pattern=r"<!--\s*[@/]?legacy\b"),),
    ),
)
"""What goes with it, and what nobody would look for by hand."""

_SETTINGS_MODEL: Final = "system.GlobalIntegrationSettings"
DROPPED_KEYS: Final = DroppedColumns(model=_SETTINGS_MODEL, fields=_KEYS, secret=_KEYS)
DROPPED_CHOICES: Final = DroppedColumns(
    model=_SETTINGS_MODEL,
    fields=("openai_model", "dalle_model", "runware_model", "default_text_provider", "default_image_service"),
)
DROPPED_TARIFFS: Final = DroppedTable(model="billing.CreditCostConfig")
