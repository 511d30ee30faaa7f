"""Flags made as the plan has them, and brought in line with it where it was changed."""

import secrets
from typing import Final

from migration_harness.control.bounded import within_bounds
from migration_harness.control.events import AUDITED, record_flip
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.control.holders import Watch
from migration_harness.control.locks import locked_flag, write_locked
from migration_harness.control.triggers import next_epoch, operation
from migration_harness.deciding.stages import Stage
from migration_harness.models import AuditEvent, Flag
from migration_harness.plan import PlannedFlag
from migration_harness.trail import audit

_CREATED: Final = "create flag"
_ALIGNED: Final = "align flag with plan"


def create_flag(*, planned: PlannedFlag, baseline: Stage, actor: str) -> bool:
    """Create a flag of the plan with an empty cohort; returns False where it exists already.

    One that exists gets what the plan now requires of it, and keeps everything else; one that is retired stays so, and
    a system check says that the plan names it. Raises FlipHeldUp.
    """

    def create(_: Watch) -> bool:
        if Flag.objects.filter(name=planned.name).exists():
            _align_with_plan(planned, actor=actor)
            return False
        _create_flag(planned, baseline=baseline, actor=actor)
        return True

    return within_bounds(create, what=planned.name)


def compare_from_the_start(*, name: str, actor: str, reason: str) -> bool:
    """Give a flag that was created at ``off`` the baseline shadow, unless somebody has changed it since.

    Returns whether it has changed. Safe to repeat, and a decision of a person is never undone: who stopped comparing
    finds it stopped.
    """
    changed = AuditEvent.objects.filter(subject=name).exclude(action__in=(_CREATED, _ALIGNED))
    if changed.exists() or Flag.objects.get(name=name).baseline != Stage.OFF:
        return False
    return change_flag(name=name, change=FlagChange(baseline=Stage.SHADOW), actor=actor, reason=reason).changed


def _create_flag(planned: PlannedFlag, *, baseline: Stage, actor: str) -> None:
    with operation():
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
        # Without a signal, and without waffle's cache.
        Flag.objects.bulk_create([flag])
    after = audit.fields_of(flag, AUDITED)
    record_flip(flag, action=_CREATED, actor=actor, before={}, after=after, reason=planned.note)


def _align_with_plan(planned: PlannedFlag, *, actor: str) -> None:
    """Let a flag require what the plan says; before it did, accounts may have been in the cohort without that."""
    flag = locked_flag(planned.name)
    if flag.retired or list(planned.requires) == flag.requires:
        return
    with operation():
        before = flag.requires
        write_locked(flag, requires=list(planned.requires), epoch=next_epoch())
    record_flip(
        flag,
        action=_ALIGNED,
        actor=actor,
        before={"requires": before},
        after={"requires": flag.requires},
        reason="The plan was changed.",
    )
