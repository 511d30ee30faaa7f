"""How a trial's write seam is asked, and what it leaves behind."""

from migration_harness.models import Drift
from migration_harness.testing import fixed_flags, flag_at

from ..trial_stores import FLAG


class Refused(Exception):
    """A side that does not write."""


class Killed(KeyboardInterrupt):
    """The end of the process."""


def at(stage):
    return fixed_flags(flag_at(FLAG, stage))


def traces():
    return list(Drift.objects.values_list("authoritative", "stage", "attempts", "last_error"))
