"""Whether the gates would let a flag go forward: by a change that somebody looks at, or back after a rollback."""

from migration_harness import queries
from migration_harness.control.flips import FlagChange, forward_of
from migration_harness.control.gating import admission_of
from migration_harness.exceptions import Refusal


def refusals_of(name: str, *changes: FlagChange) -> tuple[Refusal, ...]:
    """Return why changes of a flag, one after the other, would be refused now; empty where they would not be."""
    forward = forward_of(name, *changes)
    return () if forward is None else admission_of(forward).refused


def refused_now(name: str) -> tuple[str, ...]:
    """Return why the way forward of a flag would be refused now, a sentence each; empty where it would not be."""
    found = queries.way_forward(name)
    return () if found is None else tuple(each.sentence for each in refusals_of(name, *found.changes))
