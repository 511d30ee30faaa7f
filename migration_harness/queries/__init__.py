"""All reads: what commands, console, API and metrics show. One noun a file.

Whoever asks for a name imports its file, and no other.
"""

from typing import TYPE_CHECKING

from migration_harness.lazily import offered

if TYPE_CHECKING:
    from migration_harness.control.consequences import cohort_of
    from migration_harness.queries.account_stages import AccountStage, account_stages, membership_of
    from migration_harness.queries.accounts import (
        AccountQuestion,
        accounts_found,
        all_accounts,
        matrix_flags,
        stages_under,
    )
    from migration_harness.queries.approvals import (
        NOT_COUNTERSIGNED,
        approval,
        approval_described,
        approvals,
        approvals_awaited,
        not_countersigned,
        open_approvals,
        standing_of,
    )
    from migration_harness.queries.at_risk import AtRisk, at_risk
    from migration_harness.queries.backups import TriedBackup, tried_backups
    from migration_harness.queries.causes import Cause, cause_named, cause_of, causes_of
    from migration_harness.queries.charges import RECENT_DAYS, CostOfReturn, cost_of_return, recent_charges
    from migration_harness.queries.consequences import Consequences, consequences
    from migration_harness.queries.contract import status
    from migration_harness.queries.deferred import DeferredBacklog, deferred_backlogs
    from migration_harness.queries.differences import (
        REVIEW_ORDER,
        AffectedAccount,
        Discrepancy,
        affected_accounts,
        discrepancies,
        discrepancy,
        needs_review,
        samples,
        waiting_discrepancies,
    )
    from migration_harness.queries.drifts import DriftStatus, drift_statuses, open_drift
    from migration_harness.queries.dropped import comparisons_set_aside, dropped_comparisons
    from migration_harness.queries.errors import kept_errors
    from migration_harness.queries.evidence import (
        PhaseEvidence,
        SeamEvidence,
        StratumEvidence,
        evidence_by_phase,
        evidence_for,
        evidence_of_seam,
    )
    from migration_harness.queries.exact import plain
    from migration_harness.queries.explanations import (
        Coverage,
        coverage_of,
        described,
        explanation,
        explanations,
        explanations_of,
        fields_described,
        rules_of_effects,
        standing,
    )
    from migration_harness.queries.explored import Explored, explored
    from migration_harness.queries.flags import FlagStatus, cohorts, flag_status, flag_statuses, snapshot
    from migration_harness.queries.lately import Minute, minutes_of_hour, pulse
    from migration_harness.queries.live_accounts import LiveAccounts, live_accounts
    from migration_harness.queries.live_totals import (
        DurationTotal,
        LiveTotal,
        duration_bounds,
        duration_totals,
        live_totals,
    )
    from migration_harness.queries.members import account_to_move, accounts_to_move, gone_members
    from migration_harness.queries.notices import (
        NOTICE_STATES,
        UNADDRESSED,
        KnownDelivery,
        KnownNotice,
        NoticeBacklog,
        holds_told,
        notice,
        notice_backlogs,
        notices_since,
        open_notices,
    )
    from migration_harness.queries.operations import (
        RECORDED_DAYS,
        KindRecorded,
        kinds_recorded,
        kinds_recorded_lately,
        operations_to_carry,
        recorded_operation,
        recorded_operations,
        unlawful,
    )
    from migration_harness.queries.people import staff_without_role
    from migration_harness.queries.phases import PhaseStatus, closed_phases, entered_at, phase_statuses
    from migration_harness.queries.preview import effects_after, snapshot_after
    from migration_harness.queries.probable import Clue, Origin, Paid, ProbableCause, probable_cause
    from migration_harness.queries.processes import FleetMember, fleet, open_breakers
    from migration_harness.queries.quiet import DAYS as QUIET_DAYS
    from migration_harness.queries.quiet import Quietness, last_change, quiet, quietness, told_of_days
    from migration_harness.queries.reviews import notes
    from migration_harness.queries.rollbacks import last_rollback
    from migration_harness.queries.runs import RunDiscrepancy, RunResult, RunSeam, run_result, runs
    from migration_harness.queries.seams import ALL_VERDICTS, SeamStatus, seam_named, seam_statuses
    from migration_harness.queries.shadows import (
        Beside,
        KindShadowed,
        WhyNot,
        beside_kept,
        beside_of,
        differed_inside,
        kinds_shadowed,
        why_not_compared,
    )
    from migration_harness.queries.silence import Heard, Hearing, heard, silent
    from migration_harness.queries.tokens import KnownToken, tokens
    from migration_harness.queries.tombstones import LegacyLife, LegacyUse, executions_of_day, legacy_use, unused
    from migration_harness.queries.trail import account_trail, audit_events, audit_trail, last_changes, rollout_events
    from migration_harness.queries.way_forward import WayForward, way_forward, ways_forward
    from migration_harness.queries.windows import WindowRow, answered_by_path, final_rows, tally_of

__all__ = [
    "ALL_VERDICTS",
    "NOTICE_STATES",
    "NOT_COUNTERSIGNED",
    "QUIET_DAYS",
    "RECENT_DAYS",
    "RECORDED_DAYS",
    "REVIEW_ORDER",
    "UNADDRESSED",
    "AccountQuestion",
    "AccountStage",
    "AffectedAccount",
    "AtRisk",
    "Beside",
    "Cause",
    "Clue",
    "Consequences",
    "CostOfReturn",
    "Coverage",
    "DeferredBacklog",
    "Discrepancy",
    "DriftStatus",
    "DurationTotal",
    "Explored",
    "FlagStatus",
    "FleetMember",
    "Heard",
    "Hearing",
    "KindRecorded",
    "KindShadowed",
    "KnownDelivery",
    "KnownNotice",
    "KnownToken",
    "LegacyLife",
    "LegacyUse",
    "LiveAccounts",
    "LiveTotal",
    "Minute",
    "NoticeBacklog",
    "Origin",
    "Paid",
    "PhaseEvidence",
    "PhaseStatus",
    "ProbableCause",
    "Quietness",
    "RunDiscrepancy",
    "RunResult",
    "RunSeam",
    "SeamEvidence",
    "SeamStatus",
    "StratumEvidence",
    "TriedBackup",
    "WayForward",
    "WhyNot",
    "WindowRow",
    "account_stages",
    "account_to_move",
    "account_trail",
    "accounts_found",
    "accounts_to_move",
    "affected_accounts",
    "all_accounts",
    "answered_by_path",
    "approval",
    "approval_described",
    "approvals",
    "approvals_awaited",
    "at_risk",
    "audit_events",
    "audit_trail",
    "beside_kept",
    "beside_of",
    "cause_named",
    "cause_of",
    "causes_of",
    "closed_phases",
    "cohort_of",
    "cohorts",
    "comparisons_set_aside",
    "consequences",
    "cost_of_return",
    "coverage_of",
    "deferred_backlogs",
    "described",
    "differed_inside",
    "discrepancies",
    "discrepancy",
    "drift_statuses",
    "dropped_comparisons",
    "duration_bounds",
    "duration_totals",
    "effects_after",
    "entered_at",
    "evidence_by_phase",
    "evidence_for",
    "evidence_of_seam",
    "executions_of_day",
    "explanation",
    "explanations",
    "explanations_of",
    "explored",
    "fields_described",
    "final_rows",
    "flag_status",
    "flag_statuses",
    "fleet",
    "gone_members",
    "heard",
    "holds_told",
    "kept_errors",
    "kinds_recorded",
    "kinds_recorded_lately",
    "kinds_shadowed",
    "last_change",
    "last_changes",
    "last_rollback",
    "legacy_use",
    "live_accounts",
    "live_totals",
    "matrix_flags",
    "membership_of",
    "minutes_of_hour",
    "needs_review",
    "not_countersigned",
    "notes",
    "notice",
    "notice_backlogs",
    "notices_since",
    "open_approvals",
    "open_breakers",
    "open_drift",
    "open_notices",
    "operations_to_carry",
    "phase_statuses",
    "plain",
    "probable_cause",
    "pulse",
    "quiet",
    "quietness",
    "recent_charges",
    "recorded_operation",
    "recorded_operations",
    "rollout_events",
    "rules_of_effects",
    "run_result",
    "runs",
    "samples",
    "seam_named",
    "seam_statuses",
    "silent",
    "snapshot",
    "snapshot_after",
    "staff_without_role",
    "stages_under",
    "standing",
    "standing_of",
    "status",
    "tally_of",
    "tokens",
    "told_of_days",
    "tried_backups",
    "unlawful",
    "unused",
    "waiting_discrepancies",
    "way_forward",
    "ways_forward",
    "why_not_compared",
]

__getattr__ = offered(
    __name__,
    {
        "control.consequences": "cohort_of",
        "queries.account_stages": "AccountStage account_stages membership_of",
        "queries.accounts": "AccountQuestion accounts_found all_accounts matrix_flags stages_under",
        "queries.approvals": (
            "NOT_COUNTERSIGNED approval approval_described approvals approvals_awaited not_countersigned "
            "open_approvals standing_of"
        ),
        "queries.at_risk": "AtRisk at_risk",
        "queries.backups": "TriedBackup tried_backups",
        "queries.causes": "Cause cause_named cause_of causes_of",
        "queries.charges": "RECENT_DAYS CostOfReturn cost_of_return recent_charges",
        "queries.consequences": "Consequences consequences",
        "queries.contract": "status",
        "queries.deferred": "DeferredBacklog deferred_backlogs",
        "queries.differences": (
            "REVIEW_ORDER AffectedAccount Discrepancy affected_accounts discrepancies discrepancy needs_review "
            "samples waiting_discrepancies"
        ),
        "queries.drifts": "DriftStatus drift_statuses open_drift",
        "queries.dropped": "comparisons_set_aside dropped_comparisons",
        "queries.errors": "kept_errors",
        "queries.evidence": (
            "PhaseEvidence SeamEvidence StratumEvidence evidence_by_phase evidence_for evidence_of_seam"
        ),
        "queries.exact": "plain",
        "queries.explanations": (
            "Coverage coverage_of described explanation explanations explanations_of fields_described "
            "rules_of_effects standing"
        ),
        "queries.explored": "Explored explored",
        "queries.flags": "FlagStatus cohorts flag_status flag_statuses snapshot",
        "queries.lately": "Minute minutes_of_hour pulse",
        "queries.live_accounts": "LiveAccounts live_accounts",
        "queries.live_totals": "DurationTotal LiveTotal duration_bounds duration_totals live_totals",
        "queries.members": "account_to_move accounts_to_move gone_members",
        "queries.notices": (
            "NOTICE_STATES UNADDRESSED KnownDelivery KnownNotice NoticeBacklog holds_told notice notice_backlogs "
            "notices_since open_notices"
        ),
        "queries.operations": (
            "RECORDED_DAYS KindRecorded kinds_recorded kinds_recorded_lately operations_to_carry recorded_operation "
            "recorded_operations unlawful"
        ),
        "queries.people": "staff_without_role",
        "queries.phases": "PhaseStatus closed_phases entered_at phase_statuses",
        "queries.preview": "effects_after snapshot_after",
        "queries.probable": "Clue Origin Paid ProbableCause probable_cause",
        "queries.processes": "FleetMember fleet open_breakers",
        "queries.quiet": "QUIET_DAYS=DAYS Quietness last_change quiet quietness told_of_days",
        "queries.reviews": "notes",
        "queries.rollbacks": "last_rollback",
        "queries.runs": "RunDiscrepancy RunResult RunSeam run_result runs",
        "queries.seams": "ALL_VERDICTS SeamStatus seam_named seam_statuses",
        "queries.shadows": (
            "Beside KindShadowed WhyNot beside_kept beside_of differed_inside kinds_shadowed why_not_compared"
        ),
        "queries.silence": "Heard Hearing heard silent",
        "queries.tokens": "KnownToken tokens",
        "queries.tombstones": "LegacyLife LegacyUse executions_of_day legacy_use unused",
        "queries.trail": "account_trail audit_events audit_trail last_changes rollout_events",
        "queries.way_forward": "WayForward way_forward ways_forward",
        "queries.windows": "WindowRow answered_by_path final_rows tally_of",
    },
)
