"""The flip of a step, and with it the row that says that it was taken: both or neither.

Note [One commit]: flag and rollout are changed in one transaction, the flip's own (``along`` of ``change_flag``). So
there is no moment in which one is done and the other is not, wherever a worker is killed or the database restarts. The
row is locked and must be as it was read: who paused meanwhile has paused, and a worker that slept takes no step.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import F

from migration_harness.authority import approvals
from migration_harness.authority.actors import Actor
from migration_harness.authority.approvals import State
from migration_harness.authority.asked import Asked
from migration_harness.authority.taking import take
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.exceptions import ApprovalAwaited, ApprovalNeeded, GateClosed, HarnessError, StalePreview
from migration_harness.isolation import read_committed
from migration_harness.models import Approval, Rollout, RolloutStep
from migration_harness.rollout.acting import actor_of
from migration_harness.rollout.notices import confirming
from migration_harness.rollout.passing_steps import asked_for, waits_for
from migration_harness.rollout.telling import say
from migration_harness.rollout.tick import RETRY_SECONDS, Hold
from migration_harness.rollout.writing import Overtaken

_RETRY: Final = timedelta(seconds=RETRY_SECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why a step was not taken: what is to be told, the approval that it waits for, and when it is tried again."""

    hold: Hold
    sentence: str
    approval: int | None = None
    retry_at: datetime | None = None


def take_step(rollout: Rollout, step: RolloutStep, *, share_bps: int, sentence: str, now: datetime) -> Refused | None:
    """Take a step; returns why it was not taken. Call it outside of any transaction. Raises Overtaken.

    First the person who has to approve it, then whoever outside may veto it, and at last the flip.
    """
    actor = actor_of(rollout)
    asked = asked_for(rollout, step)
    try:
        if asked is not None and (refused := _ask_person(asked, actor)) is not None:
            return refused
        if (refused := _ask_outside(rollout, step, share_bps=share_bps, now=now)) is not None:
            return refused
        move_to(rollout, step, share_bps=share_bps, actor=actor, sentence=sentence, asked=asked, now=now)
    except StalePreview as error:
        raise Overtaken from error
    except ApprovalAwaited as error:
        found = Approval.objects.get(pk=error.number)
        return Refused(hold=Hold.APPROVAL, sentence=waits_for(found), approval=found.pk)
    except ApprovalNeeded as error:
        return Refused(hold=Hold.APPROVAL, sentence=str(error), approval=error.number)
    except GateClosed as error:
        return Refused(hold=Hold.GATES, sentence=str(error), retry_at=now + _RETRY)
    except HarnessError as error:
        return Refused(hold=Hold.REFUSED, sentence=str(error), retry_at=now + _RETRY)
    return None


def move_to(
    rollout: Rollout,
    step: RolloutStep,
    *,
    share_bps: int,
    actor: Actor,
    sentence: str,
    now: datetime,
    asked: Asked | None = None,
    change: str = "step",
    **columns: Any,
) -> None:
    """Give the flag the share of a step, and say in the same transaction that it was taken, Note [One commit].

    ``columns`` are what else changes of the rollout. Raises as ``change_flag``, and Overtaken.
    """

    def note(epoch: int) -> None:
        locked = Rollout.objects.select_for_update(no_key=True).get(pk=rollout.pk)
        if locked.version != rollout.version:
            raise Overtaken
        if asked is not None:
            take(asked, by=actor, reason=sentence)
        nothing = {"held": "", "told": "", "clean_at": None, "retry_at": None, "approval": None}
        moved = {"position": step.position, "epoch": epoch, "version": F("version") + 1}
        Rollout.objects.filter(pk=rollout.pk).update(**(nothing | {"sentence": sentence} | moved | columns))
        RolloutStep.objects.filter(pk=step.pk).update(taken_bps=share_bps, epoch=epoch, **_began(step, now))
        say(locked, change=change, sentence=f"{rollout.flag}: {sentence}")

    flip = change_flag(
        name=rollout.flag,
        change=FlagChange(everyone=None, share_bps=share_bps),
        actor=actor,
        reason=f"{rollout.name}: {sentence}",
        action="roll out",
        seen={rollout.flag: rollout.epoch},
        along=note,
    )
    if not flip.changed:
        with read_committed():
            note(flip.epoch)


def _began(step: RolloutStep, now: datetime) -> dict[str, Any]:
    """Return what a step begins with; one that was proven stays so, with what was seen since it first began."""
    return {} if step.proven_at is not None else {"began_at": now, "soaked_seconds": 0.0}


def _ask_person(asked: Asked, actor: Actor) -> Refused | None:
    found = approvals.ask(asked, by=actor, reason=asked.sentence)
    if found.state == State.APPROVED:
        return None
    return Refused(hold=Hold.APPROVAL, sentence=waits_for(found), approval=found.pk)


def _ask_outside(rollout: Rollout, step: RolloutStep, *, share_bps: int, now: datetime) -> Refused | None:
    details: dict[str, str | int | None] = {
        "rollout": rollout.pk,
        "share_bps": share_bps,
        "position": step.position + 1,
        "started_by": rollout.started_by,
    }
    answer = confirming.confirm(flag=rollout.flag, step=f"{share_bps / 100:g} %", details=details)
    if answer.allows:
        return None
    return Refused(hold=Hold.VETO, sentence=answer.sentence, retry_at=now + _RETRY)
