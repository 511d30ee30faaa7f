"""One look at a rollout: where it is, and everything that a decision rests on."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import structlog

from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.purpose import for_the_harness
from migration_harness.exceptions import HarnessError
from migration_harness.models import Rollout, RolloutStep
from migration_harness.plan import plan
from migration_harness.queries.sampled import Sampled, sampled_since
from migration_harness.rollout.foreign import foreign_hand
from migration_harness.rollout.guards import chosen
from migration_harness.rollout.guards.guard import Guard, GuardAnswer, Reading, TakenStep, Watched
from migration_harness.rollout.loss_budget import Allowed, allowed_share_bps
from migration_harness.rollout.passing_steps import awaited_by, refusal_of
from migration_harness.rollout.tick import Hold, Progress, Sight, Step, Watching, wanted

log = structlog.get_logger("harness")


def progress_of(rollout: Rollout, steps: Iterable[RolloutStep]) -> Progress:
    """Return where a rollout is, as a decision takes it."""
    return Progress(
        flag=rollout.flag,
        steps=tuple(_step(each) for each in steps),
        position=rollout.position,
        clean_at=rollout.clean_at,
        paused=rollout.sentence if rollout.state == Rollout.State.PAUSED else "",
        held=(Hold(rollout.held), rollout.sentence) if rollout.held else None,
        retry_at=rollout.retry_at,
    )


def look(rollout: Rollout, steps: list[RolloutStep], progress: Progress, *, now: datetime) -> Sight:
    """Return what there is to be seen. Call it outside of any transaction: guards read as long as they need."""
    hand = foreign_hand(rollout.flag, epoch=rollout.epoch)
    if hand is not None:
        # Told with what the guards say, and nothing else of it matters any more.
        return Sight(now=now, hand=hand, guards=_guards(rollout, steps, now=now))
    return Sight(
        now=now,
        guards=_guards(rollout, steps, now=now),
        held_back=_held_back(rollout.flag),
        compared=sample_of(rollout, steps).compared,
        allowed=_allowed(rollout, progress, now=now),
        refused=refusal_of(rollout),
        awaited=awaited_by(rollout),
    )


def sample_of(rollout: Rollout, steps: list[RolloutStep]) -> Sampled:
    """Return what was compared since the step that is taken began; nothing before the first."""
    if rollout.position is None:
        return Sampled(compared=0, answered=0)
    return sampled_since(seams=seams_of(rollout.flag), epoch=steps[rollout.position].epoch or rollout.epoch)


def seams_of(flag: str) -> list[str]:
    """Return the seams of a flag, by the plan."""
    return [seam for seam, name in plan().seams.items() if name == flag]


def as_kept(watching: Iterable[Watching]) -> list[dict[str, Any]]:
    """Return what guards answered as the row keeps it."""
    return [
        {
            "guard": each.answer.guard,
            "reading": each.answer.reading.value,
            "sentence": each.answer.sentence,
            "numbers": dict(each.answer.numbers),
            "is_dry": each.is_dry,
        }
        for each in watching
    ]


def _step(row: RolloutStep) -> Step:
    return Step(
        share_bps=row.share_bps,
        soak_seconds=row.soak_seconds,
        sample=row.sample,
        taken_bps=row.taken_bps,
        soaked_seconds=row.soaked_seconds,
        is_proven=row.proven_at is not None,
    )


def _guards(rollout: Rollout, steps: list[RolloutStep], *, now: datetime) -> tuple[Watching, ...]:
    began = None if rollout.position is None else steps[rollout.position].began_at
    try:
        found = chosen.guards_for(rollout.flag)
    except HarnessError as error:
        # A plan that names a guard which cannot be had: nothing is known, and so nobody is moved on.
        log.exception("harness.guard_failed", guard="", flag=rollout.flag, error=type(error).__name__)
        said = GuardAnswer(guard="guards", reading=Reading.NO_DATA, sentence=str(error))
        return (Watching(answer=said),)
    watched = Watched(flag=rollout.flag, since=began or rollout.started_at, now=now, steps=_taken(rollout, steps))
    return tuple(Watching(answer=_read(guard, watched), is_dry=guard.name in rollout.dry) for guard in found)


def _taken(rollout: Rollout, steps: list[RolloutStep]) -> tuple[TakenStep, ...]:
    """Return the steps up to the one that is taken."""
    taken = [] if rollout.position is None else steps[: rollout.position + 1]
    return tuple(
        TakenStep(share_bps=each.taken_bps, epoch=each.epoch, began_at=each.began_at)
        for each in taken
        if each.taken_bps is not None and each.epoch is not None and each.began_at is not None
    )


def _read(guard: Guard, watched: Watched) -> GuardAnswer:
    """Return what a guard answers; one that fails says nothing, and so leads nowhere."""
    try:
        with for_the_harness():
            return guard.read(watched)
    except Exception as error:  # A host's guard: whatever it raises.
        log.exception("harness.guard_failed", guard=guard.name, flag=watched.flag, error=type(error).__name__)
        said = f"It could not be read ({type(error).__name__})."
        return GuardAnswer(guard=guard.name, reading=Reading.NO_DATA, sentence=said)


def _held_back(name: str) -> str:
    """Return the sentence of a required flag that is rolled back; empty where none is."""
    snapshot = load_snapshot()
    for each in snapshot.required_first(name):
        if each in snapshot.flags and snapshot.flags[each].everyone is False:
            return f"{each}, which {name} requires, is rolled back: nobody is on the candidate, and nothing is proven."
    return ""


def _allowed(rollout: Rollout, progress: Progress, *, now: datetime) -> Allowed | None:
    then = wanted(progress)
    return None if then is None else allowed_share_bps(rollout, then[1], now)
