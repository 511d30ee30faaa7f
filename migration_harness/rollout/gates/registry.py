"""Every gate of the harness by its name, and those that a plan names."""

from typing import Any, Final, assert_never

from django.utils.module_loading import import_string

from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.plan import External, GateName, GateRef, Phase
from migration_harness.rollout.gates.backup import BackupVerified
from migration_harness.rollout.gates.checklist import ChecklistDone
from migration_harness.rollout.gates.compared import BOUND, COMPARISONS
from migration_harness.rollout.gates.discrepancies import Discrepancies
from migration_harness.rollout.gates.external import AnsweredOutside
from migration_harness.rollout.gates.forecast_signed import ForecastSigned
from migration_harness.rollout.gates.gate import Gate, Way
from migration_harness.rollout.gates.latency import QuickEnough
from migration_harness.rollout.gates.laws import LawsHold
from migration_harness.rollout.gates.legacy_unused import LegacyUnused
from migration_harness.rollout.gates.quiet import Quiet
from migration_harness.rollout.gates.silence import NothingSilent
from migration_harness.rollout.gates.stores import StoresReconciled
from migration_harness.rollout.gates.tests_green import TestsGreen
from migration_harness.rollout.gates.trial_balance import Balanced

BUILT_IN: Final[dict[GateName, Gate]] = {
    GateName.TESTS: TestsGreen(),
    GateName.COMPARISONS: COMPARISONS,
    GateName.BOUND: BOUND,
    GateName.DISCREPANCIES: Discrepancies(),
    GateName.LATENCY: QuickEnough(),
    GateName.STORES: StoresReconciled(),
    GateName.QUIET: Quiet(),
    GateName.FORECAST: ForecastSigned(),
    GateName.LEGACY_UNUSED: LegacyUnused(),
    GateName.CHECKLIST: ChecklistDone(),
    GateName.BACKUP: BackupVerified(),
    GateName.TRIAL_BALANCE: Balanced(),
    GateName.LAWS: LawsHold(),
    GateName.SILENCE: NothingSilent(),
}


def gates_of(phase: Phase, way: Way) -> list[Gate]:
    """Return the gates of a phase. Raises HarnessMisconfigured for a dotted path that leads to none."""
    return [gate_of(each) for each in (phase.entering if way is Way.ENTERING else phase.leaving)]


def gate_of(named: GateRef) -> Gate:
    """Return the gate that a plan names."""
    match named:
        case GateName():
            return BUILT_IN[named]
        case External():
            return AnsweredOutside(named)
        case str():
            return _of_host(named)
        case _:
            assert_never(named)


def _of_host(path: str) -> Gate:
    try:
        made: Any = import_string(path)()
    except Exception as error:
        raise HarnessMisconfigured(f"The plan names the gate {path!r}, which cannot be made: {error}.") from error
    if not (isinstance(getattr(made, "name", None), str) and callable(getattr(made, "answer", None))):
        raise HarnessMisconfigured(f"The plan names the gate {path!r}, which has no name or no method answer.")
    gate: Gate = made
    return gate
