"""Whether the migration is still on its way."""

from migration_harness.plan import plan
from migration_harness.queries import flag_statuses


def plan_is_running() -> bool:
    """Tell whether any flag of the plan is not yet at ``complete`` for everyone; one that nobody created is not."""
    flags = {flag.name: flag for flag in flag_statuses(retired=True)}
    return not all(planned.name in flags and flags[planned.name].is_complete for planned in plan().flags)
