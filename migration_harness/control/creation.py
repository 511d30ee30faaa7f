"""Flags made as the plan has them, and brought in line with it where it was changed."""

import secrets

from django.utils import timezone

from migration_harness.control import audit
from migration_harness.control.events import AUDITED, announce
from migration_harness.control.locks import locked_flag, write_locked
from migration_harness.control.triggers import next_epoch, operation
from migration_harness.deciding.stages import Stage
from migration_harness.isolation import read_committed
from migration_harness.models import Flag
from migration_harness.plan import PlannedFlag


def create_flag(*, planned: PlannedFlag, baseline: Stage, actor: str) -> bool:
    """Create a flag of the plan with an empty cohort; returns False where it exists already.

    One that exists gets what the plan now requires of it, and keeps everything else.
    """
    with read_committed():
        if Flag.objects.filter(name=planned.name).exists():
            _align_with_plan(planned, actor=actor)
            return False
        with operation():
            _create_flag(planned, baseline=baseline, actor=actor)
    return True


def _create_flag(planned: PlannedFlag, *, baseline: Stage, actor: str) -> None:
    epoch = next_epoch()
    flag = Flag(
        name=planned.name,
        note=planned.note,
        owner=planned.owner,
        requires=list(planned.requires),
        has_store=planned.has_store,
        baseline=baseline.value,
        superusers=False,
        salt=secrets.token_hex(8),
        epoch=epoch,
        window_epoch=epoch,
    )
    flag.save(force_insert=True)
    announce(
        flag,
        action="create flag",
        actor=actor,
        before={},
        after=audit.fields_of(flag, AUDITED),
        reason=planned.note,
        now=timezone.now(),
    )


def _align_with_plan(planned: PlannedFlag, *, actor: str) -> None:
    """Let a flag require what the plan says; before it did, accounts may have been in the cohort without that."""
    flag, _ = locked_flag(planned.name)
    if list(planned.requires) == flag.requires:
        return
    with operation():
        before = flag.requires
        write_locked(flag, requires=list(planned.requires), epoch=next_epoch())
        announce(
            flag,
            action="align flag with plan",
            actor=actor,
            before={"requires": before},
            after={"requires": flag.requires},
            reason="The plan was changed.",
            now=timezone.now(),
        )
