"""Changes of a flag. Each is one short transaction: its row, counter, change, announcement, its lock, the trail.

Nothing in it calls code of the host, but for a flag whose stores are compared: rows are written past Django's signals,
and nothing has to be done after the commit. So a rollback depends on PostgreSQL alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from django.utils import timezone

from migration_harness.authority.actors import Actor
from migration_harness.authority.persons import acting
from migration_harness.authority.taking import take, two_people
from migration_harness.control import gating, going_live, outside_plan, phase_schema
from migration_harness.control.bounded import Patience, take_time_for_stores, within_bounds
from migration_harness.control.events import AUDITED, record_flip
from migration_harness.control.forward import MEMBER, goes_forward, is_pilot
from migration_harness.control.gating import Forward
from migration_harness.control.holders import Watch
from migration_harness.control.locks import locked_flag, with_charges_held, write_locked
from migration_harness.control.retiring import refuse_retirement
from migration_harness.control.seen import refuse_unseen
from migration_harness.control.state import included_in
from migration_harness.control.triggers import next_epoch, operation
from migration_harness.control.unknown import no_such_flag
from migration_harness.database import connection
from migration_harness.deciding.buckets import BUCKETS
from migration_harness.deciding.stages import BASELINES, COHORT_STAGES, Stage
from migration_harness.exceptions import FlagNotWritten, FlipHeldUp, InvalidChange
from migration_harness.log.literals import keepable
from migration_harness.models import Flag, FlagMember
from migration_harness.stores import completion
from migration_harness.trail import audit

_BEGINS_WINDOW: Final = ("stage", "baseline")
"""Another cohort changes nothing about what is compared; another stage may."""


_FORGET_MEMBERS: Final = "DELETE FROM migration_harness_flagmember WHERE flag_id = %s AND account_id = ANY(%s)"

MOST_ACCOUNTS: Final = 2_000
"""That one change may name: more would hold other flips up for longer than they wait. There is a share for that."""


class Unchanged:
    """Stands for a field that a change leaves alone; None is a value of ``everyone``."""

    def __bool__(self) -> bool:
        return False


UNCHANGED: Final = Unchanged()
Membership = Literal["on", "off", "inherit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagChange:
    """What to change on a flag; what is not named stays.

    Attributes:
        stage: Of the cohort.
        baseline: Of everybody else.
        everyone: True, False, or None for "as the other fields say".
        share_bps: Share of all accounts, in basis points.
        compared_bps: Share of the calls that is compared, in basis points.
        account_id: An account to include (``on``), to exclude (``off``) or to leave to the share (``inherit``).
        membership: Which of the three.
        memberships: The same for several accounts, by their ids: one flip, with one event on the trail.
        retired: True takes the flag off every list, False brings it back; a change of its own.
    """

    stage: Stage | Unchanged = UNCHANGED
    baseline: Stage | Unchanged = UNCHANGED
    everyone: bool | Unchanged | None = UNCHANGED
    share_bps: int | Unchanged = UNCHANGED
    compared_bps: int | Unchanged = UNCHANGED
    account_id: str | None = None
    membership: Membership | None = None
    memberships: Mapping[str, Membership] = field(default_factory=dict)
    retired: bool | Unchanged = UNCHANGED

    @property
    def moves(self) -> dict[str, Membership]:
        """Every account that is named, with what becomes of it."""
        one = {} if self.account_id is None else {self.account_id: self.membership or "inherit"}
        return {**self.memberships, **one}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A change that was made: the epoch it took, and the flag before and after."""

    flag: str
    epoch: int
    before: dict[str, Any]
    after: dict[str, Any]
    ended: tuple[str, ...] = ()
    """Connections that held what the flip needs for too long, and were ended."""

    @property
    def changed(self) -> bool:
        """Whether anything is different from before."""
        return self.before != self.after


def change_flag(
    *,
    name: str,
    change: FlagChange,
    actor: Actor | str,
    reason: str = "",
    action: str = "change flag",
    override: bool = False,
    before_flip: Callable[[], object] | None = None,
    along: Callable[[int], object] | None = None,
    seen: Mapping[str, int] | None = None,
    evidence: Mapping[str, Any] | None = None,
    patience: Patience | None = None,
) -> Flip:
    """Change a flag and its members; a change to the same is none.

    Raises UnknownFlag, InvalidChange, FlagAsked, FlagRetired, LegacyStoreStale, FlipHeldUp, SchemaUndone, or
    StalePreview where a flag has another epoch than ``seen`` says. ``before_flip`` is called under the flag's lock,
    when no charge and no write under this flag is on its way, and again where another flip came in between. ``along``
    is called with the epoch that the flip takes: what it writes commits with the flip or not at all, and what it raises
    gives the flip back. ``evidence`` goes on the trail with the change. ``patience`` is shared by flips of one request.

    Forward it raises GateClosed where the plan does not allow it; and where the plan wants two people for letting more
    accounts get the candidate ApprovalAwaited, ApprovalVoid or ApprovalExpired, unless another person has approved
    exactly this change of the flag as it is. A superuser passes both with ``override``.
    """
    refuse_nonsense(name, change)
    by = acting(actor)
    found: list[int] = []
    gates = gating.Asking(override=override)

    def flip(watch: Watch) -> Flip:
        flag = locked_flag(name)
        found.append(flag.epoch)
        if change.everyone is not False and found[0] != flag.epoch:
            raise FlipHeldUp(
                f"{name}: not done. The flag was changed while this change was held up. Look at it, and say it again."
            )
        refuse_unseen(seen or {})
        before = _state(flag, change)
        after = before | _wanted(change)
        refuse_retirement(flag, before=before, after=after)
        gates.refuse_rolled_back(name, before=before, after=after)
        if after == before:
            return Flip(flag=name, epoch=flag.epoch, before=before, after=after, ended=tuple(watch.ended))
        completion.refuse_for_a_part(name=name, after=after, excludes=_excludes(flag, change))
        forward = _forward(flag, change, before=before, after=after)
        if forward or after["baseline"] not in (Stage.OFF.value, before["baseline"]):
            phase_schema.refuse_undone(name)
        admission = gates.answer(forward) if forward else None
        asked = forward and going_live.asked_for(name, epoch=flag.epoch, before=before, after=after, reason=reason)
        approval = take(asked, by=by, reason=reason, override=override) if asked else None
        _see_to_stores(flag, before=before, after=after, before_flip=before_flip)
        _write(flag, change, before=before, after=after, actor=by.name, reason=reason, seen=seen or {})
        if admission:
            outside_plan.note(flag, admission, before=before, actor=by.name, reason=reason)
        if along is not None:
            along(flag.epoch)
        changed = {key for key in after if before.get(key) != after[key]}
        record_flip(
            flag,
            action=action,
            actor=by.name,
            before={key: before.get(key) for key in changed},
            after={key: after[key] for key in changed},
            reason=reason,
            approval=approval,
            admission=admission,
            evidence=evidence,
        )
        return Flip(flag=name, epoch=flag.epoch, before=before, after=after, ended=tuple(watch.ended))

    while True:
        try:
            with two_people(by=by, reason=reason, override=override):
                return within_bounds(flip, what=name, patience=patience)
        except gating.Unasked as error:
            # Note [Asked outside]. What changes from here on is seen by the answer.
            found.clear()
            forward = error.forward
        gates.ask(forward)


def roll_back(
    *,
    name: str,
    actor: Actor | str,
    reason: str = "",
    to_off: bool = False,
    seen: Mapping[str, int] | None = None,
    evidence: Mapping[str, Any] | None = None,
    patience: Patience | None = None,
) -> Flip:
    """Give everyone the baseline, at once; ``to_off`` stops comparing as well.

    The cohort stays as it is: ``everyone = unset`` returns to exactly where it was. Raises LegacyStoreStale
    where the legacy store lacks what was written since it was left behind, StalePreview where a flag has another epoch
    than ``seen`` says: a person's rollback says none.
    """
    change = FlagChange(everyone=False, baseline=Stage.OFF if to_off else UNCHANGED)
    return change_flag(
        name=name,
        change=change,
        actor=actor,
        reason=reason,
        action="roll back",
        seen=seen,
        evidence=evidence,
        patience=patience,
    )


def forward_of(name: str, *changes: FlagChange) -> Forward | None:
    """Return the question that changes, one after the other, would ask of the plan now; None where they ask none.

    Only reads: what is asked under the flag's lock may be another. Raises UnknownFlag.
    """
    flag = Flag.objects.filter(name=name).first()
    if flag is None:
        raise no_such_flag(name, Flag.objects.filter(retired=False).order_by("name").values_list("name", flat=True))
    before: dict[str, Any] = {}
    for change in changes:
        before |= _state(flag, change)
    after = dict(before)
    for change in changes:
        after |= _wanted(change)
    return None if after == before else _forward(flag, changes[-1], before=before, after=after)


def _forward(flag: Flag, change: FlagChange, *, before: dict[str, Any], after: dict[str, Any]) -> Forward | None:
    """Return the question that a change asks of the plan; None where it does not go forward."""
    included = included_in(flag)
    if not goes_forward(before=before, after=after, salt=flag.salt, included=included):
        return None
    return Forward(
        flag=flag.name,
        before=before,
        after=after,
        is_pilot=is_pilot(before=before, after=after, included=included),
        account_ids=tuple(change.moves),
    )


def _see_to_stores(
    flag: Flag, *, before: dict[str, Any], after: dict[str, Any], before_flip: Callable[[], object] | None
) -> None:
    """Do what needs the stores of a flag to stand still; most flips need none of it. Raises LegacyStoreStale."""
    if before_flip is None and not completion.comes_back(before=before, after=after):
        return

    def see_to_them() -> None:
        if before_flip is not None:
            before_flip()
        completion.refuse_stale(name=flag.name, before=before, after=after)

    take_time_for_stores()
    with_charges_held(flag, see_to_them)


def _write(
    flag: Flag,
    change: FlagChange,
    *,
    before: dict[str, Any],
    after: dict[str, Any],
    actor: str,
    reason: str,
    seen: Mapping[str, int],
) -> None:
    """Write what has changed of the flag, and its member, with the next epoch; raises FlagNotWritten, StalePreview."""
    changed = {field: after[field] for field in AUDITED if after[field] != before[field]}
    with operation():
        changed["epoch"] = next_epoch()
        # Flips wait here for each other, so from here on the flags that were looked at stay as they are.
        refuse_unseen(seen)
        if any(field in changed for field in _BEGINS_WINDOW):
            changed["window_epoch"] = changed["epoch"]
        write_locked(flag, **changed)
        _change_members(flag, change, actor=actor, reason=reason, now=timezone.now())
    _confirm(flag, change, wanted=after)


def refuse_nonsense(name: str, change: FlagChange) -> None:
    """Raise InvalidChange for a stage or a share that no flag can have."""
    if isinstance(change.stage, Stage) and change.stage not in COHORT_STAGES:
        raise InvalidChange(
            f"{name}: the cohort cannot have the stage {change.stage}. It takes {', '.join(COHORT_STAGES)}; "
            f"for everybody else there is --baseline ({', '.join(BASELINES)})."
        )
    if isinstance(change.baseline, Stage) and change.baseline not in BASELINES:
        raise InvalidChange(
            f"{name}: the baseline cannot be {change.baseline}. It takes {', '.join(BASELINES)}; "
            f"for the cohort there is --stage ({', '.join(COHORT_STAGES)})."
        )
    if len(change.moves) > MOST_ACCOUNTS:
        raise InvalidChange(
            f"{name}: one change names {MOST_ACCOUNTS:,} accounts at most, not {len(change.moves):,}. Name fewer, or "
            "raise the share."
        )
    for share in (change.share_bps, change.compared_bps):
        if isinstance(share, int) and not 0 <= share <= BUCKETS:
            raise InvalidChange(f"{name}: a share is between 0 and 100 %, not {share / 100:g} %.")


def _state(flag: Flag, change: FlagChange) -> dict[str, Any]:
    state = audit.fields_of(flag, AUDITED)
    if moves := change.moves:
        rows = FlagMember.objects.filter(flag=flag, account_id__in=moves).values_list("account_id", "included")
        members = {account_id: "on" if included else "off" for account_id, included in rows}
        state |= {f"{MEMBER}{account_id}": members.get(account_id, "inherit") for account_id in moves}
    return state


def _wanted(change: FlagChange) -> dict[str, Any]:
    fields = ("stage", "baseline", "everyone", "share_bps", "compared_bps", "retired")
    wanted = {name: getattr(change, name) for name in fields if getattr(change, name) is not UNCHANGED}
    for name in ("stage", "baseline"):
        if name in wanted:
            wanted[name] = wanted[name].value
    return wanted | {f"{MEMBER}{account_id}": membership for account_id, membership in change.moves.items()}


def _excludes(flag: Flag, change: FlagChange) -> bool:
    """Tell whether an account is excluded after the change."""
    others = FlagMember.objects.filter(flag=flag, included=False).exclude(account_id__in=change.moves)
    return "off" in change.moves.values() or others.exists()


def _confirm(flag: Flag, change: FlagChange, *, wanted: dict[str, Any]) -> None:
    """Raise FlagNotWritten, and with it take everything back, where the rows do not say what was written."""
    written = _state(flag, change)
    if differing := sorted(key for key in wanted if written.get(key) != wanted[key]):
        raise FlagNotWritten(
            f"{flag.name}: the database does not have what was written ({', '.join(differing)}), so nothing was "
            "changed. A trigger, or a rule, of the database stands in between: look for one on the flags' tables."
        )


def _change_members(flag: Flag, change: FlagChange, *, actor: str, reason: str, now: datetime) -> None:
    moves = change.moves
    if forgotten := [account_id for account_id, membership in moves.items() if membership == "inherit"]:
        with connection.cursor() as cursor:
            cursor.execute(_FORGET_MEMBERS, [flag.pk, forgotten])
    members = [
        FlagMember(
            flag=flag,
            account_id=account_id,
            included=membership == "on",
            reason=keepable(reason),
            actor=audit.actor_kept(actor),
            at=now,
        )
        for account_id, membership in moves.items()
        if membership != "inherit"
    ]
    FlagMember.objects.bulk_create(
        members,
        update_conflicts=True,
        unique_fields=["flag", "account_id"],
        update_fields=["included", "reason", "actor", "at"],
    )
