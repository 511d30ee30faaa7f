"""What the operations of the service do, for the harness: the rows that count, and the laws of the domain.

The operations themselves carry ``recorded_operation`` where they stand. A law shares no code with what it judges.
"""

from typing import Final

from igny8_core.effects.expected import EXPECTED  # @legacy line model-selection, model-based-credits
from igny8_core.effects.money_laws import MONEY_LAWS
from igny8_core.effects.provider_laws import PROVIDER_LAWS
from igny8_core.effects.usage_laws import USAGE_LAWS
from igny8_core.effects.world import PERSONAL, READS, SAID, SHARED, prepare
from migration_harness.api import Operations, RecordedModel, World

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

MODULES: Final = (
    "igny8_core.ai.operations",
    "igny8_core.business.automation.worker",
    "igny8_core.business.linker.services.linker_service",
    "igny8_core.business.optimizer.services.optimizer_service",
    "igny8_core.modules.writer.services.queueing",
)
"""Where the operations stand."""

EVIDENCE: Final = {
    "billing.CreditTransaction": ("candidate_credits", "control_credits", "flag_epoch", "metadata", "priced_by"),
}
"""Columns that say which side has priced a charge, and by which rates."""

VOLATILE: Final = {"automation.AutomationUnit": ("finished_at",), "optimizer.OptimizationTask": ("applied_at",)}
"""Columns that code of ours fills with the time."""

OPERATIONS: Final = Operations(
    models=tuple(
        RecordedModel(model=name, evidence=EVIDENCE.get(name, ()), volatile=VOLATILE.get(name, ())) for name in MODELS
    ),
    laws=(*MONEY_LAWS, *USAGE_LAWS, *PROVIDER_LAWS),
    modules=MODULES,
    world=World(
        shared=tuple(RecordedModel(model=name, secret=secret) for name, secret in SHARED.items()),
        reads=READS,
        personal=PERSONAL,
        said=SAID,
        volatile=frozenset({"taskUUID"}),
        prepare=prepare,
    ),
    explain=EXPECTED,  # @legacy line model-selection, model-based-credits
)
