"""The way forward from a rollback: what returns a flag to exactly where it was before it."""

from dataclasses import dataclass
from datetime import datetime
from shlex import quote
from typing import Any, Final

from migration_harness.accounts import BY_ID, in_order
from migration_harness.control.flips import UNCHANGED, FlagChange
from migration_harness.control.forward import MEMBER
from migration_harness.control.together import required_first
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.stages import Stage
from migration_harness.models import AuditEvent, Flag, FlagMember

_FIELDS: Final = ("everyone", "baseline", "stage", "share_bps", "compared_bps")
"""What a change of a flag can set, in the order of the command's options."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WayForward:
    """The changes that return a rolled-back flag to the state before its rollback.

    Attributes:
        flag: The flag.
        changes: To be made in this order; the last one ends the rollback.
        at: When the flag was rolled back; None where the trail does not know.
        actor: Who did it.
        event_id: Its event in the trail; 0 where the trail does not know.
    """

    flag: str
    changes: tuple[FlagChange, ...]
    at: datetime | None
    actor: str
    event_id: int

    @property
    def commands(self) -> list[str]:
        """The changes as a person makes them: ``flag NAME --everyone unset``."""
        return [f"flag {quote(self.flag)} {options}" for change in self.changes for options in _options(change)]


def way_forward(name: str) -> WayForward | None:
    """Return the way forward of a flag; None where it is not rolled back.

    A second rollback has that of the first: what was changed while the flag was rolled back is taken back as well.
    """
    flag = Flag.objects.get(name=name)
    if flag.everyone is not False:
        return None
    events = _since_rollback(name)
    before: dict[str, Any] = {}
    for event in events:
        before = event.before | before
    members = {key.removeprefix(MEMBER): value for key, value in before.items() if key.startswith(MEMBER)}
    return WayForward(
        flag=name,
        changes=(*_member_changes(flag, members), _field_change(flag, before)),
        at=events[0].at if events else None,
        actor=events[0].actor if events else "",
        event_id=events[0].pk if events else 0,
    )


def ways_forward(name: str) -> list[WayForward]:
    """Return the way forward of a flag, then those of flags that require it and were rolled back with it or since.

    To be gone in this order: each comes after those that it requires. Empty where the flag is not rolled back.
    """
    own = way_forward(name)
    if own is None:
        return []
    now = load_snapshot()
    others = filter(None, map(way_forward, required_first(now, now.requiring(name))))
    return [own, *(each for each in others if each.event_id > own.event_id)]


def _since_rollback(name: str) -> list[AuditEvent]:
    """Return the flag's events from the one that took everybody off the candidate, the oldest first."""
    trail = AuditEvent.objects.filter(subject=name).order_by("id")
    rollback = trail.filter(after__everyone=False).last()
    return [] if rollback is None else list(trail.filter(id__gte=rollback.pk))


def _member_changes(flag: Flag, before: dict[str, Any]) -> list[FlagChange]:
    members = FlagMember.objects.filter(flag=flag).values_list("account_id", "included")
    now = {account_id: "on" if included else "off" for account_id, included in members}
    moves = {each: before[each] for each in in_order(before) if before[each] != now.get(each, "inherit")}
    return [FlagChange(memberships=moves)] if moves else []


def _field_change(flag: Flag, before: dict[str, Any]) -> FlagChange:
    changed: dict[str, Any] = {"everyone": None}
    changed |= {name: before[name] for name in _FIELDS if name in before and before[name] != getattr(flag, name)}
    changed |= {name: Stage(changed[name]) for name in ("stage", "baseline") if name in changed}
    return FlagChange(**changed)


def _options(change: FlagChange) -> list[str]:
    """Return the options of the commands that make a change: one for each membership, where it names accounts."""
    if moves := change.moves:
        return [
            " ".join([*(f"--account {quote(BY_ID + each)}" for each in moves if moves[each] == membership), option])
            for membership, option in ((each, f"--{each}") for each in dict.fromkeys(moves.values()))
        ]
    values = {name: getattr(change, name) for name in _FIELDS}
    return [" ".join(_option(name, value) for name, value in values.items() if value is not UNCHANGED)]


def _option(name: str, value: Any) -> str:
    if name == "everyone":
        return f"--everyone {'yes' if value else 'unset'}"
    if name.endswith("_bps"):
        return f"--{name.removesuffix('_bps')} {value / 100:g}"
    return f"--{name} {value}"
