"""Who would be affected by a change of a flag that nobody has made yet."""

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce

from migration_harness.control.consequences import Effect, effects_of
from migration_harness.control.flips import UNCHANGED, FlagChange
from migration_harness.control.retiring import on_lists
from migration_harness.control.unknown import no_such_flag
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.snapshot import FlagState, Snapshot

_FIELDS = ("stage", "baseline", "everyone", "share_bps", "compared_bps")


def snapshot_after(name: str, *changes: FlagChange) -> Snapshot:
    """Return all flags as they would be after changes of one; nothing is changed. Raises UnknownFlag."""
    now = load_snapshot()
    if name not in now.flags:
        raise no_such_flag(name, on_lists(now))
    flag = reduce(_changed, changes, now.flags[name])
    return Snapshot(epoch=now.epoch, flags={**now.flags, name: flag})


def effects_after(name: str, *changes: FlagChange, account_ids: Iterable[str]) -> dict[str, Effect]:
    """Return what changes of a flag would do to cohorts of these accounts, as ``effects_of``. Raises UnknownFlag."""
    return effects_of(before=load_snapshot(), after=snapshot_after(name, *changes), name=name, account_ids=account_ids)


def _changed(flag: FlagState, change: FlagChange) -> FlagState:
    named = {field: getattr(change, field) for field in _FIELDS if getattr(change, field) is not UNCHANGED}
    moves = change.moves
    included, excluded = flag.included - moves.keys(), flag.excluded - moves.keys()
    return replace(
        flag,
        **named,
        included=included | {each for each, membership in moves.items() if membership == "on"},
        excluded=excluded | {each for each, membership in moves.items() if membership == "off"},
    )
