"""The seven phases of the AI configuration refactor, on one page."""

from typing import Final

from igny8_core.added_schema import ADDED_FIELDS, ADDED_PRICE_HISTORY, ADDED_PROVIDERS
from igny8_core.ai.signed_defaults import SIGNED_DEFAULTS
from igny8_core.legacy_lines import DROPPED_CHOICES, DROPPED_KEYS, DROPPED_TARIFFS, LEFT_OVER, LEGACY
from igny8_core.success_criteria import CRITERIA
from migration_harness.api import ExecutionPath, GateName, Phase, PhaseSchema, Plan, PlannedFlag, strata

WRITTEN: Final = ("clustering", "idea_generation", "content_generation", "image_prompt_extraction")
DRAWN: Final = ("image_generation",)
DIRECT: Final = ("internal_linking", "content_optimization")
BY_ENGINE: Final = (ExecutionPath.MANUAL, ExecutionPath.RUN_NOW, ExecutionPath.SCHEDULED)

# The models that a site which chose none gets with the new side: most of the traffic will be theirs. They are seen
# before the switch, while such a site still works on the legacy defaults, and the same after it.
EXPECTED: Final = (
    *strata(paths=BY_ENGINE, operations=WRITTEN, model=SIGNED_DEFAULTS["text"]),
    *strata(paths=BY_ENGINE, operations=DRAWN, model=SIGNED_DEFAULTS["image"]),
    *strata(paths=[ExecutionPath.DIRECT], operations=DIRECT, model=SIGNED_DEFAULTS["text"]),
)

# The keys that each provider was asked for, by what they are for.
KEYS: Final = (
    *strata(paths=BY_ENGINE, operations=["openai"], model="text"),
    *strata(paths=BY_ENGINE, operations=["openai"], model="image"),
    *strata(paths=[ExecutionPath.DIRECT], operations=["openai"], model="text"),
)

CHOICES: Final = "igny8_core.modules.system.choices_gate.ChoicesMapped"
"""Every stored choice of a model has an active, priced row."""

PROVEN: Final = (
    GateName.TESTS,
    GateName.COMPARISONS,
    GateName.BOUND,
    GateName.DISCREPANCIES,
    GateName.LATENCY,
    GateName.SILENCE,
)
CALM: Final = (GateName.TESTS, GateName.DISCREPANCIES, GateName.QUIET, GateName.TRIAL_BALANCE, GateName.LAWS)

BY_HAND: Final = (
    "Cluster keywords by the button",
    "Generate ideas by the button",
    "Generate content by the button",
    "Extract prompts and generate images by their buttons",
    "Run Now",
    "One scheduled run",
    "Linker",
    "Optimizer",
    "An empty account is refused before a provider is called",
)

PLAN = Plan(
    legacy=(*LEGACY, *LEFT_OVER),
    criteria=CRITERIA,
    phases=(
        Phase(
            number=1,
            name="New models and fields",
            risk="none: additive only",
            way_back="drop the new tables",
            schema=PhaseSchema(
                migrations=("billing.0012_models_and_fields",),
                holds=(ADDED_PROVIDERS, ADDED_PRICE_HISTORY, ADDED_FIELDS),
            ),
        ),
        Phase(
            number=2,
            name="Parallel code paths",
            risk="low: old code untouched",
            way_back="remove the new methods",
            schema=PhaseSchema(migrations=("billing.0013_signed_rows",), holds=(ADDED_PROVIDERS, ADDED_FIELDS)),
        ),
        Phase(
            number=3,
            name="Keys from IntegrationProvider",
            risk="medium: API-key loading",
            way_back="revert key loading",
            flags=(
                PlannedFlag(
                    name="integration-provider-keys",
                    owner="platform",
                    note="Load provider keys from IntegrationProvider instead of the settings row.",
                    customers_see="nothing of it: providers are called with the keys of the settings row",
                    seams=("keys.provider_key", "keys.store"),
                    has_store=True,
                ),
            ),
            entering=(*PROVEN, GateName.STORES),
            leaving=(*CALM, GateName.STORES, GateName.CHECKLIST),
            checklist=(
                "A key entered in the admin is used by the next call",
                "The phase was rolled back and forward once",
            ),
            strata=KEYS,
            drops=(DROPPED_KEYS,),
        ),
        Phase(
            number=4,
            name="Credits by model",
            risk="medium: financial impact",
            way_back="revert the credit service",
            flags=(
                PlannedFlag(
                    name="model-selection",
                    owner="billing",
                    note="Take default models, tiers, sizes and rates from the models' rows.",
                    customers_see="the models of before where they chose none",
                    seams=(
                        "models.cost_usd",
                        "models.default",
                        "models.image_size",
                        "models.provider",
                        "models.quality_tier",
                    ),
                ),
                PlannedFlag(
                    name="model-based-credits",
                    owner="billing",
                    note="Price operations by model instead of by operation.",
                    customers_see="the price of the operation in their balance, whatever the model",
                    seams=("credits.image", "credits.text"),
                    requires=("model-selection",),
                ),
            ),
            entering=(*PROVEN, GateName.TRIAL_BALANCE, GateName.LAWS, CHOICES, GateName.FORECAST),
            leaving=(*CALM, GateName.CHECKLIST),
            checklist=(*BY_HAND, "The phase was rolled back and forward once"),
            strata=EXPECTED,
            drops=(DROPPED_TARIFFS, DROPPED_CHOICES),
        ),
        Phase(
            number=5,
            name="API endpoint for models",
            risk="none: new endpoint",
            way_back="remove the endpoint",
            flags=(
                PlannedFlag(
                    name="ai-models-endpoint",
                    owner="platform",
                    note="Answer GET /api/v1/system/ai-models/: the active models and their prices.",
                    customers_see="no models in the API: its address answers 404",
                ),
            ),
            entering=(GateName.TESTS,),
            leaving=CALM,
        ),
        Phase(
            number=6,
            name="Frontend reads the API",
            risk="low: UI only",
            way_back="revert the frontend",
            flags=(
                PlannedFlag(
                    name="dynamic-model-choices",
                    owner="product",
                    note="Offer the models of the database with their prices instead of hard-coded choices.",
                    customers_see="the choices that are written into the settings page, without prices",
                    seams=("models.catalogue",),
                    # The page shows the prices of the models, so they must be what is charged.
                    requires=("ai-models-endpoint", "model-based-credits"),
                ),
            ),
            entering=(GateName.TESTS, GateName.DISCREPANCIES),
            leaving=(*CALM, GateName.CHECKLIST),
            checklist=("The settings page shows the three image labels",),
        ),
        Phase(
            number=7,
            name="Legacy code removed",
            risk="high if bugs are found",
            way_back="restore from backup",
            entering=(GateName.TESTS, GateName.QUIET, GateName.LEGACY_UNUSED, GateName.CHECKLIST, GateName.BACKUP),
            checklist=BY_HAND,
        ),
    ),
)
