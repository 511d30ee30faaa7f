"""Brings one store of a flag up to date from the other, key by key, beside live writers."""

from dataclasses import asdict, dataclass

from django.utils import timezone

from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.control.retiring import flag_to_move
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.snapshot import FlagState
from migration_harness.deciding.stages import Side, Stage
from migration_harness.exceptions import InvalidChange
from migration_harness.isolation import read_committed
from migration_harness.models import Drift
from migration_harness.stores import drift
from migration_harness.stores.completion import leaves_legacy_behind
from migration_harness.stores.pair import StorePair, pairs
from migration_harness.stores.reconcile import OnProgress, repair, say_nothing
from migration_harness.trail import audit
from migration_harness.trail.audit import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Resync:
    """What a resync found and did.

    Attributes:
        flag: The flag whose stores these are.
        to: The side that was brought up to date.
        copied: Keys that were different.
        equal: Keys that were equal already.
        extra: Keys that only the store of ``to`` has; they were left there.
        stage: The stage of the cohort afterwards.
    """

    flag: str
    to: Side
    copied: int
    equal: int
    extra: tuple[str, ...]
    stage: Stage


def resync(*, flag: str, to: Side, actor: str, reason: str = "", on_progress: OnProgress = say_nothing) -> Resync:
    """Copy to the store of ``to`` what the other one has; what ``to`` alone has stays.

    A key that has drifted is copied from the side of its last write, whichever that is. Where the flag has
    left its legacy store behind, a copy would be out of date with the next write. So at the end the rest is
    copied with writers locked out, and the flag takes a stage that writes to both stores: from then on a
    rollback is safe.

    Raises UnknownFlag, NoStorePair, InvalidChange where ``to`` is the side that answers for everybody,
    CopyDiffers and what the stores raise; what was copied by then stays copied.
    """
    state = _state_to_resync(flag, to)
    todo = [(pair, key) for pair in pairs.of_flag(flag) for key in _keys(pair, to)]
    copied = 0
    for done, (pair, key) in enumerate(todo, start=1):
        with read_committed():
            drift.lock(seam=pair.seam, key=key)
            copied += _bring_up(pair, key, to)
        on_progress(done, len(todo))
    if to is Side.CONTROL and leaves_legacy_behind(asdict(state)):
        _write_both_again(flag, actor=actor)
    result = Resync(
        flag=flag,
        to=to,
        copied=copied,
        equal=len(todo) - copied,
        extra=tuple(key for pair in pairs.of_flag(flag) for key in pair.only_in(to)),
        stage=load_snapshot().flags[flag].stage,
    )
    _record(result, actor=actor, reason=reason)
    return result


def _state_to_resync(flag: str, to: Side) -> FlagState:
    snapshot = load_snapshot()
    state = flag_to_move(snapshot, flag)
    answer = snapshot.unanimous(flag)
    if answer is not None and to is (Side.CANDIDATE if answer else Side.CONTROL):
        raise InvalidChange(
            f"{flag}: the {to} answers for everybody, so a copy of the {to.other}'s store could only lose what they "
            f"have. The other way round: python manage.py harness resync {flag} --to {to.other}"
        )
    return state


def _keys(pair: StorePair, to: Side) -> list[str]:
    """Return what is to be looked at: all that the other store has, and what has drifted in either."""
    drifted = Drift.objects.filter(seam=pair.seam).values_list("key", flat=True)
    return sorted({*pair.store(to.other).keys(), *drifted})


def _bring_up(pair: StorePair, key: str, to: Side) -> bool:
    return repair(seam=pair.seam, key=key) or pair.copy(key, source=to.other)


def _write_both_again(flag: str, *, actor: str) -> None:
    """Go back to the last stage that writes both stores. The flip's lock keeps writers out meanwhile."""

    def copy_the_rest() -> None:
        for pair in pairs.of_flag(flag):
            for key in _keys(pair, Side.CONTROL):
                _bring_up(pair, key, Side.CONTROL)

    change_flag(
        name=flag,
        change=FlagChange(stage=Stage.RAMPDOWN),
        actor=actor,
        reason="resync: writes reach the legacy store again",
        before_flip=copy_the_rest,
    )


def _record(result: Resync, *, actor: str, reason: str) -> None:
    found = {"copied": result.copied, "equal": result.equal, "extra": list(result.extra)}
    with read_committed():
        entry = Entry(
            actor=actor,
            action="resync",
            subject=result.flag,
            before={},
            after={"to": result.to.value},
            reason=reason,
            evidence=found,
        )
        audit.append(entry, now=timezone.now())
