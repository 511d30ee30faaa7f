"""Where rollouts are: what commands, API and console show, by one call."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from migration_harness.exceptions import NoRollout
from migration_harness.log.literals import keepable
from migration_harness.models import Rollout, RolloutStep
from migration_harness.models.rollout import OPEN
from migration_harness.rollout import clock
from migration_harness.rollout.looking import progress_of, sample_of
from migration_harness.rollout.tick import wanted
from migration_harness.wording import percent


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStatus:
    """A step and how far it is.

    Attributes:
        number: Its place, from 1.
        share_bps: The share that was planned, ``taken_bps`` the one that it was taken with, both in basis points.
        since: When it began; None before.
        soaked_seconds: How long it was watched, of ``soak_seconds``.
        compared: Comparisons since it was taken, of ``sample``; None where it is not the step of now. The candidate has
            answered in ``answered`` of them.
        is_now: It is the step of now.
        is_proven: It had all that it needs.
        by_two: Another person has to approve before it is taken.
    """

    number: int
    share_bps: int
    taken_bps: int | None
    since: datetime | None
    soaked_seconds: int
    soak_seconds: int
    compared: int | None
    answered: int | None
    sample: int
    is_now: bool
    is_proven: bool
    by_two: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardStatus:
    """What a guard answered at the last look."""

    guard: str
    reading: str
    sentence: str
    numbers: dict[str, str]
    is_dry: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutStatus:
    """A rollout.

    Attributes:
        number: Its number.
        state: running, paused, finished, stopped, rolled_back or aborted.
        share_bps: The share that it is at.
        held: Why it holds, in a word; empty where nothing holds it.
        sentence: What it does now, or why it holds or ended.
        coming: What comes next, and when at the earliest; empty after the end.
        looked_at: The last look at it.
        steps: All of them.
        guards: What they answered at the last look.
        proof: Who obeyed the rollback that ended it.
    """

    number: int
    flag: str
    state: str
    share_bps: int
    held: str
    sentence: str
    coming: str
    started_by: str
    started_at: datetime
    reason: str
    looked_at: datetime | None
    ended_by: str
    ended_at: datetime | None
    loss_credits: int | None
    loss_usd: Decimal | None
    steps: tuple[StepStatus, ...]
    guards: tuple[GuardStatus, ...]
    proof: dict[str, Any] | None


def rollouts() -> list[RolloutStatus]:
    """Return every rollout, those under way first, then the newest."""
    found, now = Rollout.objects.prefetch_related("steps").order_by("-id"), clock.database_now()
    return sorted((_status(each, now=now) for each in found), key=lambda each: each.ended_at is not None)


def rollout_status(flag: str) -> RolloutStatus:
    """Return the rollout of a flag that is under way, else its newest one. Raises NoRollout."""
    return _status(newest_rollout(flag), now=clock.database_now())


def newest_rollout(flag: str) -> Rollout:
    """Return the row of the rollout of a flag that is under way, else of its newest one. Raises NoRollout."""
    found = Rollout.objects.filter(flag=keepable(flag)).order_by("-id").first()
    if found is None:
        raise NoRollout(f"No rollout of {flag} was ever started: python manage.py harness rollout {flag} start")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """A rollout that is running or paused, in a line; ``step`` is the one of now of all ``steps``, 0 before it."""

    flag: str
    state: str
    share_bps: int
    step: int
    steps: int
    held: str
    sentence: str
    coming: str


def under_way() -> list[UnderWay]:
    """Return every rollout that is running or paused, the oldest first; as many queries for many as for one."""
    found, now = Rollout.objects.filter(state__in=OPEN).prefetch_related("steps").order_by("id"), clock.database_now()
    return [_under_way(each, list(each.steps.all()), now=now) for each in found]


def _under_way(rollout: Rollout, steps: list[RolloutStep], *, now: datetime) -> UnderWay:
    return UnderWay(
        flag=rollout.flag,
        state=str(rollout.state),
        share_bps=progress_of(rollout, steps).share_bps,
        step=0 if rollout.position is None else rollout.position + 1,
        steps=len(steps),
        held=rollout.held,
        sentence=rollout.sentence,
        coming=_coming(rollout, steps, now=now),
    )


def rollouts_under_way() -> int:
    """Return how many rollouts are running or paused."""
    return Rollout.objects.filter(state__in=OPEN).count()


def _status(rollout: Rollout, *, now: datetime) -> RolloutStatus:
    steps = list(rollout.steps.all())
    progress = progress_of(rollout, steps)
    return RolloutStatus(
        number=rollout.pk,
        flag=rollout.flag,
        state=str(rollout.state),
        share_bps=progress.share_bps,
        held=rollout.held,
        sentence=rollout.sentence,
        coming=_coming(rollout, steps, now=now) if rollout.is_open else "",
        started_by=rollout.started_by,
        started_at=rollout.started_at,
        reason=rollout.reason,
        looked_at=rollout.looked_at,
        ended_by=rollout.ended_by,
        ended_at=rollout.ended_at,
        loss_credits=rollout.loss_credits,
        loss_usd=rollout.loss_usd,
        steps=tuple(_steps(rollout, steps)),
        guards=tuple(GuardStatus(**each) for each in rollout.readings),
        proof=rollout.proof,
    )


def _steps(rollout: Rollout, steps: list[RolloutStep]) -> Iterable[StepStatus]:
    sampled = sample_of(rollout, steps) if rollout.is_open and rollout.position is not None else None
    for step in steps:
        is_now = step.position == rollout.position
        yield StepStatus(
            number=step.position + 1,
            share_bps=step.share_bps,
            taken_bps=step.taken_bps,
            since=step.began_at,
            soaked_seconds=int(step.soaked_seconds),
            soak_seconds=step.soak_seconds,
            compared=sampled.compared if sampled is not None and is_now else None,
            answered=sampled.answered if sampled is not None and is_now else None,
            sample=step.sample,
            is_now=is_now,
            is_proven=step.proven_at is not None,
            by_two=step.by_two,
        )


def _coming(rollout: Rollout, steps: list[RolloutStep], *, now: datetime) -> str:
    """Return what comes next, and when at the earliest: if from now on every look finds all as it should be."""
    then = wanted(progress_of(rollout, steps))
    what = "The end: every step is proven then" if then is None else f"{percent(then[1])} of the accounts"
    if rollout.state == Rollout.State.PAUSED:
        return f"{what}, when it is resumed."
    left_seconds = 0.0
    if rollout.position is not None and (taken := steps[rollout.position]).proven_at is None:
        left_seconds = max(0.0, taken.soak_seconds - taken.soaked_seconds)
    at = now + timedelta(seconds=left_seconds)
    return f"{what}, not before {at:%Y-%m-%d %H:%M:%S} UTC." if left_seconds else f"{what}, at the next look."
