"""When the migration is complete: the lines that its planning documents end with, and what is asked of each."""

from typing import Final

from igny8_core.legacy_lines import LEGACY
from migration_harness.api import (
    AmountsAgree,
    Criterion,
    ExecutionPath,
    FlagsComplete,
    GateName,
    GateOpen,
    LegacyGone,
    PathsWork,
    QuietDays,
)

LAST_PHASE: Final = 7
WAYS_IN: Final = (ExecutionPath.MANUAL, ExecutionPath.RUN_NOW, ExecutionPath.SCHEDULED, ExecutionPath.DIRECT)

CRITERIA: Final = (
    Criterion(
        name="tests",
        words="All integration tests pass",
        asks=(GateOpen(gate=GateName.TESTS, phase=LAST_PHASE),),
    ),
    Criterion(
        name="checklist",
        words="All items of the manual checklist pass",
        asks=(GateOpen(gate=GateName.CHECKLIST),),
    ),
    Criterion(
        name="quiet",
        words="No errors in the production log for one week",
        asks=(QuietDays(days=7),),
    ),
    Criterion(
        name="credits",
        words="Credit calculations match the expected values",
        asks=(AmountsAgree(seams=("credits.image", "credits.text")),),
    ),
    Criterion(
        name="paths",
        words="Every execution path works: manual, automation, scheduled",
        asks=(PathsWork(paths=WAYS_IN),),
    ),
    Criterion(
        name="frontend",
        words="The frontend loads models from the API",
        asks=(FlagsComplete(flags=("ai-models-endpoint", "dynamic-model-choices")), LegacyGone(lines=("frontend",))),
    ),
    *(
        Criterion(name=f"no-{line.name}", words=line.sentence, asks=(LegacyGone(lines=(line.name,)),))
        for line in LEGACY
    ),
)
