"""What is said of a flag that does not exist."""

from collections.abc import Iterable

from migration_harness.deciding.registry import seams
from migration_harness.exceptions import UnknownFlag
from migration_harness.plan import plan


def no_such_flag(name: str, known: Iterable[str]) -> UnknownFlag:
    """Return the error for a name that no flag has; where the plan or a seam has it, it says how to create the flag."""
    if plan().flag_named(name) or any(seam.flag == name for seam in seams):
        return UnknownFlag(f"There is no flag {name!r} yet. Create it: harness flag {name} --create")
    return UnknownFlag(f"There is no flag {name!r}. Known flags: {', '.join(known) or 'none'}.")
