"""The seven phases of the AI configuration refactor, on one page."""

from igny8_core.legacy_lines import LEGACY
from migration_harness.api import Phase, Plan, PlannedFlag

PLAN = Plan(
    legacy=LEGACY,
    phases=(
        Phase(
            number=1,
            name="New models and fields",
            risk="none: additive only",
            way_back="drop the new tables",
            additive=True,
        ),
        Phase(
            number=2,
            name="Parallel code paths",
            risk="low: old code untouched",
            way_back="remove the new methods",
            additive=True,
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
                    has_store=True,
                ),
            ),
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
                ),
                PlannedFlag(
                    name="model-based-credits",
                    owner="billing",
                    note="Price operations by model instead of by operation.",
                ),
            ),
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
                ),
            ),
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
                    requires=("ai-models-endpoint",),
                ),
            ),
        ),
        Phase(
            number=7,
            name="Legacy code removed",
            risk="high if bugs are found",
            way_back="restore from backup",
        ),
    ),
)
