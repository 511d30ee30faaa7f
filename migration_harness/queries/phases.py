"""The phases of the plan, and how far they are."""

from dataclasses import dataclass

from migration_harness.plan import Phase, plan
from migration_harness.queries.flags import FlagStatus, flag_statuses


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseStatus:
    """A phase of the plan and how far it is."""

    phase: Phase
    state: str


def phase_statuses() -> list[PhaseStatus]:
    """Return the phases of the plan in order.

    A phase with flags is active when one of them compares or has a cohort, complete when all of them are
    on for everyone at their last stage, rolled back when one of them is off for everyone.
    """
    flags = {flag.name: flag for flag in flag_statuses()}
    return [
        PhaseStatus(phase=phase, state=_state(phase, [flags[f.name] for f in phase.flags if f.name in flags]))
        for phase in plan().phases
    ]


def _state(phase: Phase, flags: list[FlagStatus]) -> str:
    if phase.additive:
        return "complete"
    if any(flag.everyone is False for flag in flags):
        return "rolled_back"
    if flags and all(flag.everyone and flag.stage == "complete" and not flag.excluded for flag in flags):
        return "complete"
    begun = any(flag.everyone or flag.share_bps or flag.included or flag.baseline != "off" for flag in flags)
    return "active" if begun else "pending"
