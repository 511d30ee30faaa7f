"""What the operations of the service do, for the harness: the rows that count, and the laws of the domain.

The operations themselves carry ``recorded_operation`` where they stand. A law shares no code with what it judges.
"""

from typing import Final

from igny8_core.effects.money_laws import MONEY_LAWS
from igny8_core.effects.provider_laws import PROVIDER_LAWS
from migration_harness.api import Operations, RecordedModel

MODELS: Final = (
    "igny8_auth.Account",
    "automation.AutomationUnit",
    "billing.CreditTransaction",
    "billing.CreditUsageLog",
    "linker.InternalLink",
    "optimizer.OptimizationTask",
    "planner.Cluster",
    "planner.ContentIdea",
    "planner.Keyword",
    "writer.Content",
    "writer.Image",
    "writer.ImagePrompt",
    "writer.Task",
)

OPERATIONS: Final = Operations(
    models=tuple(RecordedModel(model=name) for name in MODELS),
    laws=(*MONEY_LAWS, *PROVIDER_LAWS),
)
