"""Looks at every rollout that is under way, and does what the look leads to: one thing, at most one step."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

import structlog
from django.db import Error

from migration_harness.control import rollback
from migration_harness.database import connection
from migration_harness.exceptions import HarnessError, ProofMissing
from migration_harness.isolation import read_committed
from migration_harness.models import Rollout, RolloutStep
from migration_harness.models.rollout import OPEN
from migration_harness.rollout import clock
from migration_harness.rollout.acting import actor_of
from migration_harness.rollout.looking import as_kept, look, progress_of
from migration_harness.rollout.notices.outbox import NoticeKind
from migration_harness.rollout.stepping import take_step
from migration_harness.rollout.telling import record, say
from migration_harness.rollout.tick import QUIET, Decision, Hold, Move, Sight, decide
from migration_harness.rollout.turn import turns
from migration_harness.rollout.writing import Overtaken, end, write

log = structlog.get_logger("harness")


def tick() -> int:
    """Look once at every rollout that is under way and whose turn is free; returns at how many.

    Safe at any time and at the same time, and after it was ended anywhere. One that fails holds up no other.
    """
    numbers = list(Rollout.objects.filter(state__in=OPEN).order_by("pk").values_list("pk", flat=True))
    if not numbers:
        return 0
    with turns() as take:
        return sum(_looked_at(number) for number in numbers if take(number))


def tick_one(number: int) -> None:
    """Look at one rollout now, if its turn is free."""
    with turns() as take:
        if take(number):
            _look_at(number)


def _looked_at(number: int) -> bool:
    try:
        _look_at(number)
    except Exception as error:  # The next rollout must be looked at, and this one again at the next beat.
        log.exception("harness.rollout_not_looked_at", rollout=number, error=type(error).__name__)
        if not connection.in_atomic_block:
            with suppress(Error):
                connection.close()
        return False
    return True


def _look_at(number: int) -> None:
    rollout = Rollout.objects.filter(pk=number, state__in=OPEN).first()
    if rollout is None:
        return
    steps = list(rollout.steps.all())
    progress = progress_of(rollout, steps)
    sight = look(rollout, steps, progress, now=clock.database_now())
    decision = decide(progress, sight)
    with suppress(Overtaken):
        _ACTS[decision.move](rollout, steps, sight, decision)


def _hold(rollout: Rollout, steps: list[RolloutStep], sight: Sight, decision: Decision) -> None:
    """Keep what was seen; somebody is told once of each reason, and of none that every rollout comes by."""
    hold = decision.hold
    retry_at = rollout.retry_at if hold == rollout.held else None
    with read_committed():
        _keep(rollout, steps, sight, decision, held=hold or "", sentence=decision.sentence, retry_at=retry_at)
        _say_why(rollout)


def _step(rollout: Rollout, steps: list[RolloutStep], sight: Sight, decision: Decision) -> None:
    """Keep what was seen, and take the step on top of it; where it is refused, say so and hold."""
    if decision.position is None:
        raise ValueError("A step has a position.")
    with read_committed():
        _keep(rollout, steps, sight, decision)
    then = RolloutStep.objects.get(pk=steps[decision.position].pk)
    refused = take_step(rollout, then, share_bps=decision.share_bps, sentence=decision.sentence, now=sight.now)
    if refused is None:
        return
    with read_committed():
        held = {"held": refused.hold, "sentence": refused.sentence, "retry_at": refused.retry_at}
        write(rollout, **held, approval=refused.approval or rollout.approval)
        _say_why(rollout)


def _say_why(rollout: Rollout) -> None:
    """Say why a rollout holds: once in a step, and never what every rollout comes by."""
    if rollout.held in QUIET or rollout.held == rollout.told:
        return
    write(rollout, told=rollout.held)
    say(rollout, change="holds", sentence=f"{rollout.flag} holds: {rollout.sentence}")


def _finish(rollout: Rollout, steps: list[RolloutStep], sight: Sight, decision: Decision) -> None:
    with read_committed():
        _keep(rollout, steps, sight, decision)
        end(rollout, Rollout.State.FINISHED, by=actor_of(rollout).name, why=decision.sentence, now=sight.now)


def _stop(rollout: Rollout, _: list[RolloutStep], sight: Sight, decision: Decision) -> None:
    if sight.hand is None:
        raise ValueError("Nobody has changed the flag.")
    state = Rollout.State.ROLLED_BACK if sight.hand.rolled_back else Rollout.State.STOPPED
    # Its own rollback, by somebody who was ended before they could tell of it.
    is_own = sight.hand.rolled_back and sight.hand.actor == actor_of(rollout).name
    kind = NoticeKind.ROLLED_BACK if is_own else NoticeKind.ROLLOUT_CHANGED
    with read_committed():
        write(rollout, readings=as_kept(sight.guards), looked_at=sight.now)
        end(rollout, state, by=sight.hand.actor, why=decision.sentence, now=sight.now, kind=kind)


def _pause(rollout: Rollout, steps: list[RolloutStep], sight: Sight, decision: Decision) -> None:
    with read_committed():
        _keep(rollout, steps, sight, decision)
        before = rollout.state
        write(rollout, state=Rollout.State.PAUSED, held=Hold.PAUSED, sentence=decision.sentence, clean_at=None)
        say(rollout, change="paused", sentence=f"{rollout.flag} is paused: {decision.sentence}")
        record(rollout, action="pause rollout", actor=actor_of(rollout).name, reason=decision.sentence, before=before)


def _roll_back(rollout: Rollout, _: list[RolloutStep], sight: Sight, decision: Decision) -> None:
    """Roll back first, and ask nobody; what comes after it is told of what was done."""
    actor = actor_of(rollout)
    try:
        proven = rollback.roll_back(names=[rollout.flag], actor=actor, reason=f"{rollout.name}: {decision.sentence}")
        proof = proven.told
    except ProofMissing as error:
        proof = {"missing": str(error)}
    except HarnessError as error:
        with read_committed():
            write(rollout, held=Hold.REFUSED, sentence=f"{decision.sentence} The rollback was refused: {error}")
            _say_why(rollout)
        return
    end_rolled_back(
        rollout.pk,
        by=actor.name,
        why=decision.sentence,
        now=sight.now,
        proof=proof,
        readings=as_kept(sight.guards),
    )


def end_rolled_back(
    number: int, *, by: str, why: str, now: datetime, proof: dict[str, Any], readings: list[dict[str, Any]]
) -> None:
    """Say that a rollout has ended with a rollback without a person; one that has ended stays as it is."""
    with read_committed():
        found = Rollout.objects.select_for_update(no_key=True).filter(pk=number, state__in=OPEN).first()
        if found is not None:
            write(found, proof=proof, readings=readings, looked_at=now)
            end(found, Rollout.State.ROLLED_BACK, by=by, why=why, now=now, kind=NoticeKind.ROLLED_BACK)


def _keep(rollout: Rollout, steps: list[RolloutStep], sight: Sight, decision: Decision, **columns: Any) -> None:
    """Write what a look has seen: how long the step was watched, that it is proven, what the guards said."""
    seen = {"looked_at": sight.now, "readings": as_kept(sight.guards)}
    clean_at = sight.now if sight.is_clean and rollout.state == Rollout.State.RUNNING else None
    write(rollout, **seen, clean_at=clean_at, **columns)
    if rollout.position is None:
        return
    step = steps[rollout.position]
    proven_at = sight.now if decision.proves and step.proven_at is None else step.proven_at
    RolloutStep.objects.filter(pk=step.pk).update(soaked_seconds=decision.soaked_seconds, proven_at=proven_at)


_ACTS: dict[Move, Callable[[Rollout, list[RolloutStep], Sight, Decision], None]] = {
    Move.HOLD: _hold,
    Move.STEP: _step,
    Move.FINISH: _finish,
    Move.ROLL_BACK: _roll_back,
    Move.STOP: _stop,
    Move.PAUSE: _pause,
}
