"""Fills the new store of a flag from the legacy one, key by key, beside live writers.

Unlike a resync it overwrites nothing: a key that has another value in the new store is left, and told.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils import timezone

from migration_harness.control.retiring import flag_to_move
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.snapshot import GLOBAL
from migration_harness.deciding.stages import TABLE, Side
from migration_harness.exceptions import HarnessError, InvalidChange
from migration_harness.isolation import read_committed
from migration_harness.models import Drift
from migration_harness.stores import drift
from migration_harness.stores.pair import StorePair, pairs
from migration_harness.stores.reconcile import OnProgress, say_nothing
from migration_harness.trail import audit
from migration_harness.trail.audit import Entry


class Outcome(StrEnum):
    """What became of a key."""

    FILLED = "filled"
    """The new store had none, and has it now; in a dry run, would have."""
    EQUAL = "equal"
    """Both stores had it."""
    DIFFERENT = "different"
    """The new store has another value, which was left."""
    REFUSED = "refused"
    """It could not be copied; the note says why."""
    ONLY_NEW = "only new"
    """The legacy store does not have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFill:
    """One key: what became of it, and how its value looks in both stores afterwards, None where it is missing."""

    seam: str
    key: str
    outcome: Outcome
    control: str | None = None
    candidate: str | None = None
    note: str = ""

    @property
    def needs_somebody(self) -> bool:
        """Whether a person has to look before the new store may be read."""
        return self.outcome in (Outcome.DIFFERENT, Outcome.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """What a backfill found. ``written``: False for a dry run. ``follows``: writes reach the new store from now on."""

    flag: str
    written: bool
    follows: bool
    keys: tuple[KeyFill, ...]

    def count(self, outcome: Outcome) -> int:
        """Return of how many keys this is what became."""
        return sum(1 for each in self.keys if each.outcome is outcome)

    @property
    def is_whole(self) -> bool:
        """Whether no key needs somebody."""
        return not any(each.needs_somebody for each in self.keys)


def backfill(
    *, flag: str, actor: str, write: bool, reason: str = "", on_progress: OnProgress = say_nothing
) -> Backfill:
    """Copy to the new store what it lacks of the legacy one; idempotent, and verified by fingerprint.

    Without ``write`` nothing is changed and the answer is what would be. Raises UnknownFlag, NoStorePair, and
    InvalidChange where the candidate answers for everybody: what is missing there was removed.
    """
    follows = _refuse_late(flag)
    todo = [
        (pair, key)
        for pair in pairs.of_flag(flag)
        for key in sorted({key for side in Side for key in pair.store(side).keys()})  # noqa: SIM118  No mapping.
    ]
    found: list[KeyFill] = []
    for done, (pair, key) in enumerate(todo, start=1):
        found.append(_fill_or_tell(pair, key, write=write))
        on_progress(done, len(todo))
    result = Backfill(flag=flag, written=write, follows=follows, keys=tuple(found))
    if write:
        _record(result, actor=actor, reason=reason)
    return result


def _refuse_late(flag: str) -> bool:
    """Return whether what is written from now on reaches the new store too."""
    snapshot = load_snapshot()
    flag_to_move(snapshot, flag)
    if snapshot.unanimous(flag):
        raise InvalidChange(
            f"{flag}: the candidate answers for everybody, so what its store lacks was removed there. "
            f"To repair what drifted: python manage.py harness reconcile"
        )
    return Side.CANDIDATE in TABLE[snapshot.decide(flag, GLOBAL).stage].writes


def _fill_or_tell(pair: StorePair, key: str, *, write: bool) -> KeyFill:
    try:
        with read_committed():
            drift.lock(seam=pair.seam, key=key)
            outcome = _fill(pair, key, write=write)
            shown = {side.value: _short(pair.fingerprint(side, key)) for side in Side}
    except HarnessError as error:
        return KeyFill(seam=pair.seam, key=key, outcome=Outcome.REFUSED, note=str(error))
    return KeyFill(seam=pair.seam, key=key, outcome=outcome, note=_note(pair, outcome), **shown)


def _fill(pair: StorePair, key: str, *, write: bool) -> Outcome:
    legacy, new = (pair.fingerprint(side, key) for side in Side)
    if legacy == new:
        return Outcome.EQUAL
    if Drift.objects.filter(seam=pair.seam, key=key).exists():
        raise InvalidChange(f"{key}: a write of it has reached one store only. Repair it first: harness reconcile")
    if legacy is None:
        return Outcome.ONLY_NEW
    if new is not None:
        return Outcome.DIFFERENT
    if write:
        pair.copy(key, source=Side.CONTROL)
    return Outcome.FILLED


def _note(pair: StorePair, outcome: Outcome) -> str:
    if outcome is not Outcome.DIFFERENT:
        return ""
    return (
        "The new store has another value, which was left. If the legacy one is right, overwrite it: "
        f"python manage.py harness resync {pair.flag} --to candidate"
    )


def _short(fingerprint: str | None) -> str | None:
    return None if fingerprint is None else fingerprint[:10]


def _record(result: Backfill, *, actor: str, reason: str) -> None:
    entry = Entry(
        actor=actor,
        action="backfill",
        subject=result.flag,
        before={},
        after={"to": Side.CANDIDATE.value},
        reason=reason,
        evidence={outcome.value: result.count(outcome) for outcome in Outcome},
    )
    with read_committed():
        audit.append(entry, now=timezone.now())
