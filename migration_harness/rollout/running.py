"""What people do with a rollout that is under way: pause it, let it go on, end it, return to a step that was proven."""

from typing import Final

from migration_harness.authority.actors import Actor
from migration_harness.authority.persons import acting
from migration_harness.control import rollback
from migration_harness.control.rollback import ProvenFlip
from migration_harness.exceptions import InvalidChange, NoRollout, RolloutChanged
from migration_harness.isolation import read_committed
from migration_harness.log.literals import keepable
from migration_harness.models import Rollout
from migration_harness.models.rollout import OPEN
from migration_harness.rollout import clock
from migration_harness.rollout.passing_steps import resume_command
from migration_harness.rollout.stepping import move_to
from migration_harness.rollout.steps import listed
from migration_harness.rollout.telling import record, say
from migration_harness.rollout.tick import Hold
from migration_harness.rollout.writing import Overtaken, end, write
from migration_harness.wording import percent

_State: Final = Rollout.State


def pause(*, flag: str, actor: Actor | str, reason: str = "") -> Rollout:
    """Hold a rollout at its step until it is resumed; its guards go on watching, and roll back.

    Paused twice is paused once. Raises NoRollout.
    """
    by = acting(actor).name
    with read_committed():
        found = _locked(flag)
        if found.state == _State.PAUSED:
            return found
        why = f"{by} has paused it{f': {reason}' if reason else ''}. To go on: {resume_command(flag)}"
        write(found, state=_State.PAUSED, held=Hold.PAUSED, sentence=why, clean_at=None)
        say(found, change="paused", sentence=f"{flag}: {why}")
        record(found, action="pause rollout", actor=by, reason=reason, before=_State.RUNNING)
    return found


def resume(*, flag: str, actor: Actor | str, reason: str = "") -> Rollout:
    """Let a paused rollout go on. What was soaked before the pause counts, the pause itself does not.

    Who has refused the next step is asked again. One that is running is left alone. Raises NoRollout.
    """
    by = acting(actor).name
    with read_committed():
        found = _locked(flag)
        if found.state == _State.RUNNING:
            return found
        why = f"{by} has resumed it{f': {reason}' if reason else ''}."
        nothing = {"held": "", "told": "", "retry_at": None, "approval": None, "clean_at": None}
        write(found, state=_State.RUNNING, sentence=why, **nothing)
        say(found, change="resumed", sentence=f"{flag}: {why}")
        record(found, action="resume rollout", actor=by, reason=reason, before=_State.PAUSED)
    return found


def abort(*, flag: str, actor: Actor | str, reason: str = "") -> ProvenFlip:
    """Roll back and end the rollout: everybody is on the baseline at once. Raises NoRollout, and as ``roll_back``."""
    found = open_rollout(flag)
    by = acting(actor)
    proven = rollback.roll_back(names=[flag], actor=by, reason=reason or f"{found.name} aborted")
    with read_committed():
        still = Rollout.objects.select_for_update(no_key=True).filter(pk=found.pk, state__in=OPEN).first()
        if still is not None:
            why = f"{by.name} has aborted it{f': {reason}' if reason else ''}."
            write(still, proof=proven.told)
            end(still, _State.ABORTED, by=by.name, why=why, now=clock.database_now())
    return proven


def back_to(*, flag: str, share_bps: int, actor: Actor | str, reason: str = "") -> Rollout:
    """Return at once, without a soak, to a step that this rollout has proven; it stays there, paused.

    Raises NoRollout, InvalidChange for a step that was not proven, RolloutChanged where it has moved meanwhile, and as
    ``change_flag``: a larger step is a way forward like any other.
    """
    found, by = open_rollout(flag), acting(actor)
    steps = list(found.steps.all())
    proven = [step for step in steps if step.proven_at is not None]
    step = next((each for each in proven if share_bps in (each.share_bps, each.taken_bps)), None)
    if step is None:
        known = listed(each.taken_bps or each.share_bps for each in proven) or "none yet"
        raise InvalidChange(
            f"{percent(share_bps)} is no step that this rollout of {flag} has proven. Those are: {known}."
        )
    if step.position == found.position:
        raise InvalidChange(f"{flag} is at {percent(share_bps)} already.")
    share = step.taken_bps or step.share_bps
    sentence = (
        f"{by.name} has returned to {percent(share)}, step {step.position + 1} of {len(steps)}"
        f"{f': {reason}' if reason else ''}. To go on: {resume_command(flag)}"
    )
    try:
        move_to(
            found,
            step,
            share_bps=share,
            actor=by,
            sentence=sentence,
            now=clock.database_now(),
            change="returned",
            state=_State.PAUSED,
            held=Hold.PAUSED,
        )
    except Overtaken:
        raise RolloutChanged(f"The rollout of {flag} has moved meanwhile. Nothing was changed. Look again.") from None
    found.refresh_from_db()
    return found


def open_rollout(flag: str) -> Rollout:
    """Return the rollout of a flag that is under way. Raises NoRollout."""
    found = Rollout.objects.filter(flag=keepable(flag), state__in=OPEN).first()
    if found is None:
        raise NoRollout(f"No rollout of {flag} is under way. Start one: python manage.py harness rollout {flag} start")
    return found


def _locked(flag: str) -> Rollout:
    return Rollout.objects.select_for_update(no_key=True).get(pk=open_rollout(flag).pk)
