"""Changes forward that a superuser made while gates were closed: put down, and shown until they are undone."""

from typing import Any

from django.utils import timezone

from migration_harness.control.forward import FIELDS, MEMBER, goes_forward
from migration_harness.control.gating import Admission
from migration_harness.control.state import included_in, state_of
from migration_harness.log.literals import keepable
from migration_harness.models import Flag, OutsidePlan
from migration_harness.trail import audit


def note(flag: Flag, admission: Admission, *, before: dict[str, Any], actor: str, reason: str) -> None:
    """Put down a change that passed closed gates; one that they admitted ends what was outside of the plan before.

    Part of the flip's transaction. A change backward writes nothing here: what it undoes is told when it is asked.
    """
    now = timezone.now()
    if admission.refused:
        kept = {key: value for key, value in before.items() if key in FIELDS or key.startswith(MEMBER)}
        OutsidePlan.objects.create(
            flag=flag.name,
            epoch=flag.epoch,
            before=kept,
            refused=admission.sentences,
            actor=audit.actor_kept(actor),
            reason=keepable(reason.strip()),
            at=now,
        )
    elif not admission.is_pilot:
        OutsidePlan.objects.filter(flag=flag.name, ended_at__isnull=True).update(ended_at=now)


def standing() -> list[OutsidePlan]:
    """Return what is outside of the plan now, the newest first: what was passed closed, and is not undone."""
    return [row for row in OutsidePlan.objects.filter(ended_at__isnull=True).order_by("-id") if _stands(row)]


def _stands(row: OutsidePlan) -> bool:
    flag = Flag.objects.filter(name=row.flag).first()
    if flag is None:
        return False
    return goes_forward(before=row.before, after=state_of(flag, row.before), salt=flag.salt, included=included_in(flag))
