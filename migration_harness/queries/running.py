"""Whether the migration is still on its way."""

from migration_harness.deciding.stages import Stage
from migration_harness.plan import plan
from migration_harness.queries import FlagStatus, flag_statuses


def plan_is_running() -> bool:
    """Tell whether any flag of the plan is not yet at ``complete`` for everyone; one that nobody created is not."""
    flags = {flag.name: flag for flag in flag_statuses()}
    return not all(planned.name in flags and _is_complete(flags[planned.name]) for planned in plan().flags)


def _is_complete(flag: FlagStatus) -> bool:
    return flag.everyone is True and flag.stage == Stage.COMPLETE and not flag.excluded
