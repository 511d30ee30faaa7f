"""Starts a rollout: what it would be, what stands against it, and its row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from django.db import IntegrityError

from migration_harness.authority.actors import Actor
from migration_harness.authority.persons import acting, require_known
from migration_harness.conf import day_seconds
from migration_harness.control import going_live
from migration_harness.control.retiring import flag_to_move
from migration_harness.control.seen import refuse_unseen
from migration_harness.database import transaction
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.snapshot import FlagState
from migration_harness.deciding.stages import TABLE
from migration_harness.exceptions import InvalidChange, RolloutChanged
from migration_harness.isolation import read_committed
from migration_harness.log.literals import keepable
from migration_harness.models import Rollout, RolloutStep
from migration_harness.models.rollout import OPEN
from migration_harness.plan import RolloutPlan, plan
from migration_harness.queries.seams import seam_named
from migration_harness.rollout import clock
from migration_harness.rollout.guards import chosen
from migration_harness.rollout.looking import seams_of
from migration_harness.rollout.preview import Preview, preview
from migration_harness.rollout.steps import PlannedStep, listed, steps_of
from migration_harness.rollout.telling import record, say
from migration_harness.rollout.ticking import tick_one
from migration_harness.trail import audit
from migration_harness.wording import age, counted, percent

_MOST_CREDITS: Final = 10**15


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What whoever starts a rollout says; None: as the plan says.

    ``soak`` is in days of ``HARNESS["DAY_SECONDS"]``. ``dry`` names guards that never decide. ``loss_credits`` and
    ``loss_usd`` are the most that the rollout may cost customers.
    """

    shares_bps: tuple[int, ...] | None = None
    soak: timedelta | None = None
    sample: int | None = None
    approve_before_bps: tuple[int, ...] | None = None
    dry: tuple[str, ...] = ()
    loss_credits: int | None = None
    loss_usd: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A rollout as it would be: its steps, who is in them, and the epoch of the flag as it was looked at."""

    flag: str
    epoch: int
    steps: tuple[PlannedStep, ...]
    wish: Wish
    who: Preview

    @property
    def needs_two(self) -> bool:
        """Whether another person will be asked for a step."""
        return going_live.needs_two(self.flag) or any(step.by_two for step in self.steps)

    @property
    def sentence(self) -> str:
        """What would be done, in one sentence."""
        one = self.steps[0]
        return (
            f"Roll {self.flag} out: {listed(step.share_bps for step in self.steps)} of the accounts, each step watched "
            f"for {age(one.soak_seconds)} and on {counted(one.sample, 'comparison')}."
        )


def prepare(*, flag: str, wish: Wish) -> Prepared:
    """Return what a rollout would be; nothing is changed.

    Raises UnknownFlag, FlagRetired, InvalidChange, RolloutChanged.
    """
    snapshot = load_snapshot()
    state = flag_to_move(snapshot, flag)
    _refuse_second(flag)
    if wish.loss_credits is not None and not 0 <= wish.loss_credits <= _MOST_CREDITS:
        raise InvalidChange(f"A loss budget is between 0 and {_MOST_CREDITS:,} credits.")
    steps = _planned(flag, wish)
    _refuse_flag(state, steps)
    _refuse_unwatched(flag, wish)
    who = preview(snapshot, flag, [step.share_bps for step in steps])
    return Prepared(flag=flag, epoch=state.epoch, steps=steps, wish=wish, who=who)


def start(prepared: Prepared, *, actor: Actor | str, reason: str = "") -> Rollout:
    """Start a rollout and look at it once, which takes the first step where nothing stands against it.

    Raises StalePreview where the flag is not what was looked at, RolloutChanged where a rollout of it is under way, and
    AskerUnproven where another person will be asked and it is not known who asks.
    """
    by = acting(actor)
    if prepared.needs_two:
        require_known(by, subject=f"A rollout of {prepared.flag}")
    with read_committed():
        refuse_unseen({prepared.flag: prepared.epoch})
        try:
            with transaction.atomic():
                made = _row(prepared, by=by, reason=reason)
        except IntegrityError:
            _refuse_second(prepared.flag)
            raise
        RolloutStep.objects.bulk_create(
            RolloutStep(
                rollout=made,
                position=position,
                share_bps=step.share_bps,
                soak_seconds=step.soak_seconds,
                sample=step.sample,
                by_two=step.by_two,
            )
            for position, step in enumerate(prepared.steps)
        )
        say(made, change="started", sentence=f"{by.name} has started it: {prepared.sentence}")
        steps = listed(step.share_bps for step in prepared.steps)
        record(made, action="start rollout", actor=by.name, reason=reason, before="", steps=steps, dry=list(made.dry))
    tick_one(made.pk)
    made.refresh_from_db()
    return made


def _row(prepared: Prepared, *, by: Actor, reason: str) -> Rollout:
    made: Rollout = Rollout.objects.create(
        flag=prepared.flag,
        epoch=prepared.epoch,
        dry=sorted(_dry(prepared.flag, prepared.wish)),
        loss_credits=prepared.wish.loss_credits,
        loss_usd=prepared.wish.loss_usd,
        started_by=audit.actor_kept(by.name),
        started_user=by.user_id,
        started_at=clock.database_now(),
        reason=keepable(reason.strip()),
        sentence="It was started.",
    )
    return made


def _planned(flag: str, wish: Wish) -> tuple[PlannedStep, ...]:
    planned: RolloutPlan = plan().rollout_of(flag)
    soak = planned.soak if wish.soak is None else wish.soak
    shares = planned.shares_bps if wish.shares_bps is None else wish.shares_bps
    approved = wish.approve_before_bps
    if approved is None:
        # Of a plan whose steps were replaced, those that are left.
        approved = tuple(share for share in planned.approve_before_bps if share in shares)
    return steps_of(
        shares_bps=shares,
        soak_seconds=int(soak / timedelta(days=1) * day_seconds()),
        sample=planned.sample if wish.sample is None else wish.sample,
        approve_before_bps=approved,
    )


def _dry(flag: str, wish: Wish) -> set[str]:
    """Return the guards that never decide: those of the plan, and those that whoever starts it names."""
    return {*wish.dry, *chosen.dry_for(flag)}


def _refuse_second(flag: str) -> None:
    """Raise RolloutChanged where a rollout of the flag is under way."""
    found = Rollout.objects.filter(flag=flag, state__in=OPEN).first()
    if found is not None:
        raise RolloutChanged(
            f"{found.name.capitalize()} of {flag} is under way, started by {found.started_by} at "
            f"{found.started_at:%Y-%m-%d %H:%M} UTC. Let it end, or abort it: "
            f"python manage.py harness rollout {flag} abort"
        )


def _refuse_flag(flag: FlagState, steps: Sequence[PlannedStep]) -> None:
    """Raise InvalidChange where the flag is already further, or nothing is compared by which a step could be proven."""
    if flag.everyone:
        raise InvalidChange(f"{flag.name}: everyone has the candidate already. There is nobody to roll it out to.")
    first = steps[0].share_bps
    if flag.everyone is None and flag.share_bps >= first:
        raise InvalidChange(
            f"{flag.name}: {percent(flag.share_bps)} of the accounts have the candidate already, and the first step is "
            f"{percent(first)}. Begin with a larger one: --steps"
        )
    if not any(step.sample for step in steps):
        return
    compares = TABLE[flag.stage].compared and any(seam_named(seam) for seam in seams_of(flag.name))
    if not compares:
        raise InvalidChange(
            f"{flag.name}: nothing that it decides is compared at {flag.stage}, so no step would ever have its sample. "
            "Choose a stage that compares, or say that no comparison is needed: --sample 0"
        )


def _refuse_unwatched(flag: str, wish: Wish) -> None:
    """Raise InvalidChange for a guard that there is not, and where none would decide."""
    names = [guard.name for guard in chosen.guards_for(flag)]
    if unknown := [name for name in wish.dry if name not in names]:
        raise InvalidChange(f"No guard of {flag} is named {', '.join(unknown)}. Guards: {', '.join(names) or 'none'}.")
    if set(names) <= _dry(flag, wish):
        raise InvalidChange(
            f"No guard would decide about {flag}: nothing would roll it back. Leave one that is not dry."
        )
