"""All that a host project may import.

Importable before Django's models are ready, and cheap: a name is loaded when it is asked for.
"""

from typing import TYPE_CHECKING

from migration_harness.lazily import offered

if TYPE_CHECKING:
    from migration_harness.accounts import AccountDirectory, AccountInfo
    from migration_harness.arriving import once_imported
    from migration_harness.authority.actions import Action
    from migration_harness.authority.actors import Actor, of_user
    from migration_harness.authority.asking import require
    from migration_harness.authority.proving import at_prompt
    from migration_harness.comparing.allowances import Ignore
    from migration_harness.comparing.difference import Difference
    from migration_harness.comparing.explanations import Oracle, Rule, version_of
    from migration_harness.comparing.tolerance import Relative
    from migration_harness.control.creation import compare_from_the_start, create_flag
    from migration_harness.control.events import record_event
    from migration_harness.deciding.direct import connect_directly
    from migration_harness.deciding.execution_path import ExecutionPath
    from migration_harness.deciding.processes import is_brief
    from migration_harness.deciding.stages import Stage
    from migration_harness.deciding.unit_of_work import current_execution_path, current_request_id, unit_of_work
    from migration_harness.errors.keeping import keep_errors
    from migration_harness.evidence.findings import Answer
    from migration_harness.evidence.recorded_usage import RecordedCall, RecordedUsage
    from migration_harness.evidence.replay import (
        MalformedRow,
        RanDry,
        ReplayDriver,
        ReplayOutcome,
        TraceRow,
        trace_rows,
    )
    from migration_harness.exceptions import (
        HarnessError,
        NotAllowed,
        TokenRefused,
        TraceRefused,
        TransactionTooStrict,
        WebhookRefused,
    )
    from migration_harness.hiding import hidden
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
    from migration_harness.queries.running import plan_is_running
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
    from migration_harness.reviewing.recorded import as_recorded, error_as_recorded, queryset_of, recorded_at
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
    from migration_harness.rollout.gates.gate import GateAnswer, GateQuestion
    from migration_harness.rollout.guards.guard import Guard, GuardAnswer, Reading, Watched
    from migration_harness.rollout.notices.signing import verify_webhook
    from migration_harness.seams.boundaries import Boundaries
    from migration_harness.seams.charge import Charge, FlagsChanged, charge, settle
    from migration_harness.seams.purity import refuse_side_effect
    from migration_harness.seams.rates import Rate, SignedRates
    from migration_harness.seams.reconstruction import Reconstruction
    from migration_harness.seams.seam import Seam
    from migration_harness.seams.write_seam import WriteSeam
    from migration_harness.secret import Secret
    from migration_harness.stores.pair import Store, StorePair
    from migration_harness.tokens.admitting import admit
    from migration_harness.tokens.owning import of_request
    from migration_harness.tombstones.marking import Tombstone, reached, tombstone
    from migration_harness.tombstones.own_reads import own_reads

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
    "Boundaries",
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
    "Rate",
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
    "SignedRates",
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
    "hidden",
    "is_brief",
    "is_too_strict",
    "is_tried",
    "keep_errors",
    "noted",
    "of_request",
    "of_user",
    "once_imported",
    "own_reads",
    "plan_is_running",
    "printable",
    "printable_lines",
    "queryset_of",
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

__getattr__ = offered(
    __name__,
    {
        "accounts": "AccountDirectory AccountInfo",
        "arriving": "once_imported",
        "authority.actions": "Action",
        "authority.actors": "Actor of_user",
        "authority.asking": "require",
        "authority.proving": "at_prompt",
        "comparing.allowances": "Ignore",
        "comparing.difference": "Difference",
        "comparing.explanations": "Oracle Rule version_of",
        "comparing.tolerance": "Relative",
        "control.creation": "compare_from_the_start create_flag",
        "control.events": "record_event",
        "deciding.direct": "connect_directly",
        "deciding.execution_path": "ExecutionPath",
        "deciding.processes": "is_brief",
        "deciding.stages": "Stage",
        "deciding.unit_of_work": "current_execution_path current_request_id unit_of_work",
        "errors.keeping": "keep_errors",
        "evidence.findings": "Answer",
        "evidence.recorded_usage": "RecordedCall RecordedUsage",
        "evidence.replay": "MalformedRow RanDry ReplayDriver ReplayOutcome TraceRow trace_rows",
        "exceptions": "HarnessError NotAllowed TokenRefused TraceRefused TransactionTooStrict WebhookRefused",
        "hiding": "hidden",
        "isolation": "is_too_strict read_committed",
        "money.against": "Against",
        "money.books": "Books",
        "money.forecast.money": "Money",
        "money.forecast.source": "ForecastQuestion ForecastSource OnProgress Period PricedCalls UnpricedCalls",
        "money.ledger": "AccountDue Correction Ledger Mandate Posted Scope",
        "operations.declaring": "Breach Law Operations Reads RecordedModel World",
        "operations.effects": "Change Step StepKind",
        "operations.laws": "CannotSay",
        "operations.masking": "quotes",
        "operations.recorded": "recorded_operation",
        "operations.recording": "Recording",
        "operations.scratch": "scratch_database",
        "operations.telling": "Sent is_tried noted recorded_answer sent",
        "plan": "External GateName Phase PhaseSchema Plan PlannedFlag RolloutPlan Stratum strata",
        "printing": "PlainCommand printable printable_lines",
        "queries.running": "plan_is_running",
        "retire.drops": "Drop DroppedColumns DroppedTable",
        "retire.finders": (
            "AssignedNames Fallbacks Matches ModelFields NamedInPython OnlyThroughSeams ReachedFrom UsedNames Words "
            "quoted"
        ),
        "retire.lines": "Finder LegacyLine Place",
        "reviewing.recorded": "as_recorded error_as_recorded queryset_of recorded_at",
        "rollout.criteria.criterion": "AmountsAgree Criterion FlagsComplete GateOpen LegacyGone PathsWork QuietDays",
        "rollout.criteria.met": "Met",
        "rollout.gates.gate": "GateAnswer GateQuestion",
        "rollout.guards.guard": "Guard GuardAnswer Reading Watched",
        "rollout.notices.signing": "verify_webhook",
        "seams.boundaries": "Boundaries",
        "seams.charge": "Charge FlagsChanged charge settle",
        "seams.purity": "refuse_side_effect",
        "seams.rates": "Rate SignedRates",
        "seams.reconstruction": "Reconstruction",
        "seams.seam": "Seam",
        "seams.write_seam": "WriteSeam",
        "secret": "Secret",
        "stores.pair": "Store StorePair",
        "tokens.admitting": "admit",
        "tokens.owning": "of_request",
        "tombstones.marking": "Tombstone reached tombstone",
        "tombstones.own_reads": "own_reads",
    },
)
