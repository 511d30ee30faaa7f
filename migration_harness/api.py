"""All that a host project may import.

Importable before Django's models are ready: what needs them (``create_flag``) is loaded when asked for.
"""

from typing import TYPE_CHECKING, Any

from migration_harness.accounts import AccountDirectory, AccountInfo
from migration_harness.charge import Charge, FlagsChanged, charge, settle
from migration_harness.difference import Difference
from migration_harness.exceptions import HarnessError
from migration_harness.explanations import Oracle, Rule
from migration_harness.plan import Phase, Plan, PlannedFlag
from migration_harness.purity import refuse_side_effect
from migration_harness.replay import MalformedRow, RanDry, ReplayDriver, ReplayOutcome, TraceRow
from migration_harness.seams import Seam
from migration_harness.secret import Secret
from migration_harness.stages import Stage
from migration_harness.stores import Store, StorePair
from migration_harness.unit_of_work import ExecutionPath, current_execution_path, current_request_id, unit_of_work
from migration_harness.writes import WriteSeam

if TYPE_CHECKING:
    from migration_harness.operations import create_flag

__all__ = [
    "AccountDirectory",
    "AccountInfo",
    "Charge",
    "Difference",
    "ExecutionPath",
    "FlagsChanged",
    "HarnessError",
    "MalformedRow",
    "Oracle",
    "Phase",
    "Plan",
    "PlannedFlag",
    "RanDry",
    "ReplayDriver",
    "ReplayOutcome",
    "Rule",
    "Seam",
    "Secret",
    "Stage",
    "Store",
    "StorePair",
    "TraceRow",
    "WriteSeam",
    "charge",
    "create_flag",
    "current_execution_path",
    "current_request_id",
    "refuse_side_effect",
    "settle",
    "unit_of_work",
]


def __getattr__(name: str) -> Any:
    if name == "create_flag":
        from migration_harness.operations import create_flag  # noqa: PLC0415  Models may not be ready before.

        return create_flag
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
