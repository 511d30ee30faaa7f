"""The contract of ``harness status --json``."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from migration_harness.operations.shadowing import Shadow
from migration_harness.queries.approvals import approvals_awaited, not_countersigned
from migration_harness.queries.differences import discrepancies, needs_review
from migration_harness.queries.drifts import drift_statuses, open_drift
from migration_harness.queries.dropped import comparisons_set_aside, dropped_comparisons
from migration_harness.queries.exact import plain
from migration_harness.queries.flags import flag_statuses
from migration_harness.queries.phases import phase_statuses
from migration_harness.queries.processes import open_breakers
from migration_harness.queries.seams import SeamStatus, seam_statuses
from migration_harness.queries.shadows import kinds_shadowed
from migration_harness.queries.silence import Heard, heard, silent


def status(*, gates: Mapping[int, Mapping[str, int]]) -> dict[str, Any]:
    """Return the contract of ``harness status --json``; ``gates`` says how many are open of how many, by phase."""
    flags, drift, breakers = flag_statuses(), drift_statuses(), open_breakers()
    return {
        "phases": [
            {
                "number": status.phase.number,
                "name": status.phase.name,
                "state": status.state,
                "flags": [flag.name for flag in status.phase.flags],
                "gates": dict(gates[status.phase.number]),
            }
            for status in phase_statuses()
        ],
        "flags": {
            flag.name: {
                "stage": flag.stage,
                "baseline": flag.baseline,
                "everyone": flag.everyone,
                "share_bps": flag.share_bps,
                "included": flag.included,
                "excluded": flag.excluded,
                "epoch": flag.epoch,
            }
            for flag in flags
        },
        "seams": {seam.name: _seam_json(seam, breakers.get(seam.name, 0)) for seam in seam_statuses()},
        "discrepancies": {"open": needs_review(discrepancies())},
        "silent": [_silent_json(each) for each in silent(heard(now=timezone.now()))],
        "shadowed": _shadowed(now=timezone.now()),
        "approvals": {
            "awaited": len(approvals_awaited(now=timezone.now())),
            "not_countersigned": len(not_countersigned()),
        },
        "dropped": dropped_comparisons(),
        "set_aside": comparisons_set_aside(),
        "drift": {
            "open": open_drift(drift),
            "seams": {
                each.seam: {
                    "flag": each.flag,
                    "open": each.open,
                    "failed": each.failed,
                    "oldest_seconds": None if each.oldest_seconds is None else round(each.oldest_seconds, 1),
                }
                for each in drift
            },
        },
    }


def _silent_json(found: Heard) -> dict[str, Any]:
    return found.told | {"last_at": found.last_at and found.last_at.isoformat()}


def _seam_json(seam: SeamStatus, open_breakers: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "flag": seam.flag,
        "comparisons": seam.comparisons,
        "verdicts": dict(seam.verdicts),
        "open_breakers": open_breakers,
    }
    if seam.measure:
        found["measures"] = {"control": plain(seam.control_sum), "candidate": plain(seam.candidate_sum)}
    return found


def _shadowed(*, now: datetime) -> dict[str, int]:
    """Return how many operations of a week came to what when they were run again on both sides."""
    counts: Counter[str] = Counter(dict.fromkeys(Shadow, 0))
    for each in kinds_shadowed(since=now - timedelta(days=7)):
        counts.update(each.states)
    return dict(counts)
