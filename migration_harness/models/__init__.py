"""Every table of the harness, one family of nouns a file; Django gathers them in one place."""

from migration_harness.models.approval import Approval
from migration_harness.models.audit import AuditEvent, AuditHead
from migration_harness.models.backup import VerifiedBackup
from migration_harness.models.comparison import Comparison, ComparisonSample
from migration_harness.models.deferred import DeferredCall
from migration_harness.models.drift import Drift
from migration_harness.models.errors import KeptError, ReportedHour, Reporter
from migration_harness.models.explanation import StoredExplanation
from migration_harness.models.explored import ExploredDiscrepancy
from migration_harness.models.flag import Epoch, Flag, FlagMember
from migration_harness.models.forecast import ForecastFigure, ForecastSignOff, KeptForecast
from migration_harness.models.lease import Lease
from migration_harness.models.legacy_tables import (
    LegacyDeclaration,
    LegacyStatement,
    LegacyTable,
    LegacyTableUse,
    LegacyWatch,
)
from migration_harness.models.notice import Notice, NoticeDelivery, SeenDiscrepancy
from migration_harness.models.operation import CapturedRow, RecordedOperation
from migration_harness.models.phase import OutsidePlan, PhaseAdvance
from migration_harness.models.proof import RollbackProof
from migration_harness.models.review import DiscrepancyAssignment, DiscrepancyNote, DiscrepancyReview
from migration_harness.models.revision import Revision
from migration_harness.models.rollout import Rollout, RolloutStep
from migration_harness.models.rollups import (
    AccountRollup,
    AccountTotal,
    DayRollup,
    DroppedComparisons,
    DurationRollup,
    EvidenceTotal,
    FoldState,
    MinuteRollup,
    StratumTotal,
)
from migration_harness.models.run import Run, RunEvidence, RunSample
from migration_harness.models.silence import Calling, WorkClock
from migration_harness.models.token import ApiToken
from migration_harness.models.tombstones import (
    LegacyEntry,
    LegacyExecution,
    LegacyLine,
    MarkedRevision,
    TombstoneHour,
    TombstoneReporter,
    UnmarkedProcess,
)
from migration_harness.models.trial_balance import TrialBlock, TrialFault, TrialGap, TrialPass, TrialState
from migration_harness.models.verification import ChecklistTick, ExternalAnswer, TestRun

__all__ = [
    "AccountRollup",
    "AccountTotal",
    "ApiToken",
    "Approval",
    "AuditEvent",
    "AuditHead",
    "Calling",
    "CapturedRow",
    "ChecklistTick",
    "Comparison",
    "ComparisonSample",
    "DayRollup",
    "DeferredCall",
    "DiscrepancyAssignment",
    "DiscrepancyNote",
    "DiscrepancyReview",
    "Drift",
    "DroppedComparisons",
    "DurationRollup",
    "Epoch",
    "EvidenceTotal",
    "ExploredDiscrepancy",
    "ExternalAnswer",
    "Flag",
    "FlagMember",
    "FoldState",
    "ForecastFigure",
    "ForecastSignOff",
    "KeptError",
    "KeptForecast",
    "Lease",
    "LegacyDeclaration",
    "LegacyEntry",
    "LegacyExecution",
    "LegacyLine",
    "LegacyStatement",
    "LegacyTable",
    "LegacyTableUse",
    "LegacyWatch",
    "MarkedRevision",
    "MinuteRollup",
    "Notice",
    "NoticeDelivery",
    "OutsidePlan",
    "PhaseAdvance",
    "RecordedOperation",
    "ReportedHour",
    "Reporter",
    "Revision",
    "RollbackProof",
    "Rollout",
    "RolloutStep",
    "Run",
    "RunEvidence",
    "RunSample",
    "SeenDiscrepancy",
    "StoredExplanation",
    "StratumTotal",
    "TestRun",
    "TombstoneHour",
    "TombstoneReporter",
    "TrialBlock",
    "TrialFault",
    "TrialGap",
    "TrialPass",
    "TrialState",
    "UnmarkedProcess",
    "VerifiedBackup",
    "WorkClock",
]
