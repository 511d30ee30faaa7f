"""All that a host project may import.

Importable before Django's models are ready: what needs them (``_WITH_MODELS``) is loaded when asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from migration_harness.accounts import AccountDirectory, AccountInfo
from migration_harness.allowances import Ignore
from migration_harness.charge import Charge, FlagsChanged, charge, settle
from migration_harness.difference import Difference
from migration_harness.exceptions import HarnessError
from migration_harness.execution_path import ExecutionPath
from migration_harness.explanations import Oracle, Rule, version_of
from migration_harness.plan import GateName, Phase, Plan, PlannedFlag, Stratum, strata
from migration_harness.purity import refuse_side_effect
from migration_harness.replay import MalformedRow, RanDry, ReplayDriver, ReplayOutcome, TraceRow
from migration_harness.retire.finders import AssignedNames, Matches, ModelFields, UsedNames, quoted
from migration_harness.retire.lines import Finder, LegacyLine, Place
from migration_harness.seams import Seam
from migration_harness.secret import Secret
from migration_harness.stages import Stage
from migration_harness.stores import Store, StorePair
from migration_harness.tolerance import Relative
from migration_harness.unit_of_work import current_execution_path, current_request_id, unit_of_work
from migration_harness.writes import WriteSeam

if TYPE_CHECKING:
    from migration_harness.operations import create_flag, record_event
    from migration_harness.running import plan_is_running

__all__ = [
    "AccountDirectory",
    "AccountInfo",
    "AssignedNames",
    "Charge",
    "Difference",
    "ExecutionPath",
    "Finder",
    "FlagsChanged",
    "GateName",
    "HarnessError",
    "Ignore",
    "LegacyLine",
    "MalformedRow",
    "Matches",
    "ModelFields",
    "Oracle",
    "Phase",
    "Place",
    "Plan",
    "PlannedFlag",
    "RanDry",
    "Relative",
    "ReplayDriver",
    "ReplayOutcome",
    "Rule",
    "Seam",
    "Secret",
    "Stage",
    "Store",
    "StorePair",
    "Stratum",
    "TraceRow",
    "UsedNames",
    "WriteSeam",
    "charge",
    "create_flag",
    "current_execution_path",
    "current_request_id",
    "plan_is_running",
    "quoted",
    "record_event",
    "refuse_side_effect",
    "settle",
    "strata",
    "unit_of_work",
    "version_of",
]

_WITH_MODELS: Final = {
    "create_flag": "migration_harness.operations",
    "plan_is_running": "migration_harness.running",
    "record_event": "migration_harness.operations",
}


def __getattr__(name: str) -> Any:
    if name in _WITH_MODELS:
        return getattr(import_module(_WITH_MODELS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
