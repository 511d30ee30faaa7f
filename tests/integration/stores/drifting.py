"""Writes whose other side fails, and the traces that are left of them."""

from migration_harness.deciding.stages import Side, Stage
from migration_harness.models import Drift
from migration_harness.testing import fixed_flags, flag_at

from ..trial_stores import FLAG


class Refused(Exception):
    """A store that does not write."""


def refuse(*_):
    raise Refused


def left():
    return list(Drift.objects.order_by("key").values_list("key", "attempts", "last_error"))


def drifted(trial, stage, key="k", value="new"):
    """Write under a stage; the other side fails."""
    trial.before = {Side.CANDIDATE if stage is Stage.SHADOW else Side.CONTROL: refuse}
    with fixed_flags(flag_at(FLAG, stage)):
        trial.write(key, value)
    trial.before = {}
