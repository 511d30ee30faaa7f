"""What another person is asked before a rollout takes a step."""

from typing import Final

from django.utils import timezone

from migration_harness.authority.asked import Act, Asked
from migration_harness.authority.taking import page_of
from migration_harness.control import going_live
from migration_harness.exceptions import UnknownFlag
from migration_harness.models import Approval, Flag, Rollout, RolloutStep
from migration_harness.wording import percent

_NO: Final = (Approval.State.REFUSED, Approval.State.WITHDRAWN)


def asked_for(rollout: Rollout, step: RolloutStep) -> Asked | None:
    """Return what is asked before a step; None where it needs nobody.

    Where the plan wants two people for letting accounts join at all, the flip asks them, and nobody is asked twice.
    """
    if not step.by_two or step.proven_at is not None or going_live.needs_two(rollout.flag):
        return None
    return Asked(
        act=Act.PASS_STEP,
        subject=rollout.flag,
        request={"rollout": rollout.pk, "step": step.position + 1, "share": percent(step.share_bps)},
        numbers={"epoch of the flag": rollout.epoch, "is under way": rollout.is_open},
        sentence=f"Let {rollout.name} of {rollout.flag} reach {percent(step.share_bps)} of the accounts.",
    )


def would_ask(asked: Asked) -> Asked:
    """Return what the same step would ask now. Raises UnknownFlag."""
    flag = Flag.objects.filter(name=asked.subject).first()
    if flag is None:
        raise UnknownFlag(f"There is no flag {asked.subject} any more.")
    rollout = Rollout.objects.filter(pk=int(asked.request["rollout"] or 0)).first()
    return Asked(
        act=asked.act,
        subject=asked.subject,
        request=asked.request,
        numbers={"epoch of the flag": flag.epoch, "is under way": rollout is not None and rollout.is_open},
        sentence=asked.sentence,
    )


def refusal_of(rollout: Rollout) -> str:
    """Return the sentence of a person who said no to what was asked last; empty where nobody did."""
    found = Approval.objects.filter(pk=rollout.approval or 0, state__in=_NO).first()
    if found is None:
        return ""
    who = found.approver or found.asker
    why = f": {found.said}" if found.said else ""
    return f"Approval {found.pk} was {found.state} by {who}{why}. To ask again: {resume_command(rollout.flag)}"


def awaited_by(rollout: Rollout) -> str:
    """Return the sentence of an approval that is still awaited; empty where it was given, or nobody was asked."""
    asked = Approval.objects.filter(pk=rollout.approval or 0, state=Approval.State.ASKED, expires_at__gt=timezone.now())
    found = asked.first()
    return "" if found is None else waits_for(found)


def waits_for(found: Approval) -> str:
    """Return what a rollout waits for, and that nobody has to do anything after the yes."""
    return (
        f"{found.sentence} It awaits approval {found.pk}: another person approves it at {page_of(found)}, or by: "
        f"python manage.py harness approvals approve {found.pk} --as NAME. Then the rollout goes on by itself."
    )


def resume_command(flag: str) -> str:
    """Return the command with which a paused rollout goes on."""
    return f"python manage.py harness rollout {flag} resume"
