"""What phases 1 and 2 put into the database, and their way back takes out again."""

from typing import Final

from migration_harness.api import DroppedColumns, DroppedTable

ADDED_PROVIDERS: Final = DroppedTable(model="billing.IntegrationProvider")
"""Their keys are encrypted in the table, so they are in the file."""
ADDED_PRICE_HISTORY: Final = DroppedTable(model="billing.AIModelPriceChange")
ADDED_FIELDS: Final = DroppedColumns(
    model="billing.AIModelConfig",
    fields=(
        "tokens_per_credit", "credits_per_image", "quality_tier", "square_size", "landscape_size", "takes_temperature",
    ),
)  # fmt: skip
