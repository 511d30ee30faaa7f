"""All that a host project may import.

Importable before Django's models are ready: what needs them (``_WITH_MODELS``) is loaded when asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from migration_harness.accounts import AccountDirectory, AccountInfo
from migration_harness.authority.actions import Action
from migration_harness.comparing.allowances import Ignore
from migration_harness.comparing.difference import Difference
from migration_harness.comparing.explanations import Oracle, Rule, version_of
from migration_harness.comparing.tolerance import Relative
from migration_harness.deciding.direct import connect_directly
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.deciding.stages import Stage
from migration_harness.deciding.unit_of_work import current_execution_path, current_request_id, unit_of_work
from migration_harness.errors.keeping import keep_errors
from migration_harness.evidence.findings import Answer
from migration_harness.evidence.recorded_usage import RecordedCall, RecordedUsage
from migration_harness.evidence.replay import MalformedRow, RanDry, ReplayDriver, ReplayOutcome, TraceRow, trace_rows
from migration_harness.exceptions import (
    HarnessError,
    NotAllowed,
    TokenRefused,
    TraceRefused,
    TransactionTooStrict,
    WebhookRefused,
)
from migration_harness.isolation import is_too_strict, read_committed
from migration_harness.money.against import Against
from migration_harness.money.books import Books
from migration_harness.money.forecast.money import Money
from migration_harness.money.forecast.source import (
    ForecastQuestion,
    ForecastSource,
    OnProgress,
    Period,
    PricedCalls,
    UnpricedCalls,
)
from migration_harness.money.ledger import AccountDue, Correction, Ledger, Mandate, Posted, Scope
from migration_harness.operations.declaring import Breach, Law, Operations, Reads, RecordedModel, World
from migration_harness.operations.effects import Change, Step, StepKind
from migration_harness.operations.laws import CannotSay
from migration_harness.operations.masking import quotes
from migration_harness.operations.recorded import recorded_operation
from migration_harness.operations.recording import Recording
from migration_harness.operations.scratch import scratch_database
from migration_harness.operations.telling import Sent, is_tried, noted, recorded_answer, sent
from migration_harness.plan import (
    External,
    GateName,
    Phase,
    PhaseSchema,
    Plan,
    PlannedFlag,
    RolloutPlan,
    Stratum,
    strata,
)
from migration_harness.printing import PlainCommand, printable, printable_lines
from migration_harness.retire.drops import Drop, DroppedColumns, DroppedTable
from migration_harness.retire.finders import (
    AssignedNames,
    Fallbacks,
    Matches,
    ModelFields,
    NamedInPython,
    OnlyThroughSeams,
    ReachedFrom,
    UsedNames,
    Words,
    quoted,
)
from migration_harness.retire.lines import Finder, LegacyLine, Place
from migration_harness.reviewing.recorded import as_recorded, error_as_recorded, recorded_at
from migration_harness.rollout.criteria.criterion import (
    AmountsAgree,
    Criterion,
    FlagsComplete,
    GateOpen,
    LegacyGone,
    PathsWork,
    QuietDays,
)
from migration_harness.rollout.criteria.met import Met
from migration_harness.rollout.guards.guard import Guard, GuardAnswer, Reading, Watched
from migration_harness.rollout.notices.signing import verify_webhook
from migration_harness.seams.charge import Charge, FlagsChanged, charge, settle
from migration_harness.seams.purity import refuse_side_effect
from migration_harness.seams.reconstruction import Reconstruction
from migration_harness.seams.seam import Seam
from migration_harness.seams.write_seam import WriteSeam
from migration_harness.secret import Secret
from migration_harness.stores.pair import Store, StorePair
from migration_harness.tombstones.marking import Tombstone, reached, tombstone
from migration_harness.tombstones.own_reads import own_reads

if TYPE_CHECKING:
    from migration_harness.authority.actors import Actor, of_user
    from migration_harness.authority.asking import require
    from migration_harness.authority.proving import at_prompt
    from migration_harness.control.creation import compare_from_the_start, create_flag
    from migration_harness.control.events import record_event
    from migration_harness.queries.running import plan_is_running
    from migration_harness.rollout.gates.gate import GateAnswer, GateQuestion
    from migration_harness.tokens.admitting import admit
    from migration_harness.tokens.owning import of_request

__all__ = [
    "AccountDirectory",
    "AccountDue",
    "AccountInfo",
    "Action",
    "Actor",
    "Against",
    "AmountsAgree",
    "Answer",
    "AssignedNames",
    "Books",
    "Breach",
    "CannotSay",
    "Change",
    "Charge",
    "Correction",
    "Criterion",
    "Difference",
    "Drop",
    "DroppedColumns",
    "DroppedTable",
    "ExecutionPath",
    "External",
    "Fallbacks",
    "Finder",
    "FlagsChanged",
    "FlagsComplete",
    "ForecastQuestion",
    "ForecastSource",
    "GateAnswer",
    "GateName",
    "GateOpen",
    "GateQuestion",
    "Guard",
    "GuardAnswer",
    "HarnessError",
    "Ignore",
    "Law",
    "Ledger",
    "LegacyGone",
    "LegacyLine",
    "MalformedRow",
    "Mandate",
    "Matches",
    "Met",
    "ModelFields",
    "Money",
    "NamedInPython",
    "NotAllowed",
    "OnProgress",
    "OnlyThroughSeams",
    "Operations",
    "Oracle",
    "PathsWork",
    "Period",
    "Phase",
    "PhaseSchema",
    "Place",
    "PlainCommand",
    "Plan",
    "PlannedFlag",
    "Posted",
    "PricedCalls",
    "QuietDays",
    "RanDry",
    "ReachedFrom",
    "Reading",
    "Reads",
    "Reconstruction",
    "RecordedCall",
    "RecordedModel",
    "RecordedUsage",
    "Recording",
    "Relative",
    "ReplayDriver",
    "ReplayOutcome",
    "RolloutPlan",
    "Rule",
    "Scope",
    "Seam",
    "Secret",
    "Sent",
    "Stage",
    "Step",
    "StepKind",
    "Store",
    "StorePair",
    "Stratum",
    "TokenRefused",
    "Tombstone",
    "TraceRefused",
    "TraceRow",
    "TransactionTooStrict",
    "UnpricedCalls",
    "UsedNames",
    "Watched",
    "WebhookRefused",
    "Words",
    "World",
    "WriteSeam",
    "admit",
    "as_recorded",
    "at_prompt",
    "charge",
    "compare_from_the_start",
    "connect_directly",
    "create_flag",
    "current_execution_path",
    "current_request_id",
    "error_as_recorded",
    "is_too_strict",
    "is_tried",
    "keep_errors",
    "noted",
    "of_request",
    "of_user",
    "own_reads",
    "plan_is_running",
    "printable",
    "printable_lines",
    "quoted",
    "quotes",
    "reached",
    "read_committed",
    "record_event",
    "recorded_answer",
    "recorded_at",
    "recorded_operation",
    "refuse_side_effect",
    "require",
    "scratch_database",
    "sent",
    "settle",
    "strata",
    "tombstone",
    "trace_rows",
    "unit_of_work",
    "verify_webhook",
    "version_of",
]

_WITH_MODELS: Final = {
    "Actor": "migration_harness.authority.actors",
    "GateAnswer": "migration_harness.rollout.gates.gate",
    "GateQuestion": "migration_harness.rollout.gates.gate",
    "admit": "migration_harness.tokens.admitting",
    "at_prompt": "migration_harness.authority.proving",
    "compare_from_the_start": "migration_harness.control.creation",
    "create_flag": "migration_harness.control.creation",
    "of_request": "migration_harness.tokens.owning",
    "of_user": "migration_harness.authority.actors",
    "plan_is_running": "migration_harness.queries.running",
    "record_event": "migration_harness.control.events",
    "require": "migration_harness.authority.asking",
}


def __getattr__(name: str) -> Any:
    if name in _WITH_MODELS:
        return getattr(import_module(_WITH_MODELS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
