"""Whether the gates would let a rolled-back flag return to where it was."""

from migration_harness import queries
from migration_harness.control.flips import UNCHANGED
from migration_harness.control.forward import FIELDS, goes_forward
from migration_harness.control.gating import Forward, admission_of
from migration_harness.control.state import included_in, state_of
from migration_harness.models import Flag


def refused_now(name: str) -> tuple[str, ...]:
    """Return why the way forward of a flag would be refused now, a sentence each; empty where it would not be."""
    found = queries.way_forward(name)
    if found is None:
        return ()
    flag = Flag.objects.get(name=name)
    before = state_of(flag)
    last = found.changes[-1]
    after = before | {field: getattr(last, field) for field in FIELDS if getattr(last, field) is not UNCHANGED}
    if not goes_forward(before=before, after=after, salt=flag.salt, included=included_in(flag)):
        return ()
    asked = Forward(flag=name, before=before, after=after, is_pilot=False, account_id=None)
    return admission_of(asked).refused
