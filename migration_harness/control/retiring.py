"""A flag that nothing asks any more: off every list, kept on the trail, and its name is taken.

Note [Retired, and obeyed]: a retired flag stays in every snapshot and says what it said. A process of yesterday's
code, or that code after it was brought back, still has the seam: it goes on answering as before, and a rollback of the
flag reaches it. Only lists leave the flag out.
"""

from collections.abc import Iterator, Mapping
from shlex import quote
from typing import Any, Final

from migration_harness.control.unknown import no_such_flag
from migration_harness.deciding.registry import seams
from migration_harness.deciding.snapshot import FlagState, Snapshot
from migration_harness.exceptions import FlagAsked, FlagRetired, HarnessMisconfigured
from migration_harness.models import Drift, Flag, Rollout
from migration_harness.models.rollout import OPEN
from migration_harness.plan import plan

DRILL_FLAG: Final = "harness-drill"
"""The flag that a drill rolls back: no seam asks it and no list shows it."""


def refuse_retirement(flag: Flag, *, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Raise FlagAsked where a flag would be retired that something needs; FlagRetired where a retired one would change.

    A retired flag takes two changes: to be brought back, and to be rolled back. See Note [Retired, and obeyed].
    """
    if not after["retired"] or after == before:
        return
    if not before["retired"]:
        if reasons := list(in_the_way(flag)):
            raise FlagAsked(f"{flag.name} is not retired: {'; '.join(reasons)}. Nothing was changed.")
    elif after["everyone"] is not False:
        raise FlagRetired(_retired(flag.name))


def in_the_way(flag: Flag) -> Iterator[str]:
    """Yield each reason why a flag cannot be retired, with what to do about it."""
    asking = seams_asking(flag.name)
    if flag.name == DRILL_FLAG:
        yield "drills of the harness use it, and no list shows it"
    if asking:
        yield f"the running code asks it in {', '.join(asking)}, so remove that and deploy it first"
    elif _is_planned(flag.name):
        yield "the plan names it, so take it out of the plan and deploy that first"
    if requiring := list(_requiring(flag.name)):
        yield f"it is required by {', '.join(requiring)}, so retire that first"
    if Rollout.objects.filter(flag=flag.name, state__in=OPEN).exists():
        yield f"a rollout of it is open, so end that first: harness rollout {flag.name} abort"
    if drift := _drift(flag, asking):
        yield f"its stores differ in {drift:,} keys, so repair them with the code that has the seam: harness reconcile"


def seams_asking(name: str) -> list[str]:
    """Return the names of the seams of this process that ask a flag."""
    return [seam.name for seam in seams if seam.flag == name]


def on_lists(snapshot: Snapshot) -> list[str]:
    """Return the flags that lists show, by name; and those that were retired and are asked all the same."""
    return sorted(name for name, flag in snapshot.flags.items() if not flag.retired or seams_asking(name))


def flag_to_move(snapshot: Snapshot, name: str) -> FlagState:
    """Return a flag with which something begins. Raises UnknownFlag, FlagRetired."""
    if name not in snapshot.flags:
        raise no_such_flag(name, on_lists(snapshot))
    if snapshot.flags[name].retired:
        raise FlagRetired(_retired(name))
    return snapshot.flags[name]


def _retired(name: str) -> str:
    return (
        f"{name} is retired: nothing asks it. To have it back: python manage.py harness flag {quote(name)} --unretire"
    )


def _is_planned(name: str) -> bool:
    try:
        return plan().flag_named(name) is not None
    except HarnessMisconfigured:
        return False


def _requiring(name: str) -> Iterator[str]:
    found = Flag.objects.filter(retired=False, requires__contains=[name]).order_by("name")
    yield from found.values_list("name", flat=True)


def _drift(flag: Flag, asking: list[str]) -> int:
    """Count the keys in which the stores of a flag differ; a trace of a seam that nobody knows may be of any flag."""
    if not flag.has_store:
        return 0
    others = [seam.name for seam in seams if seam.name not in asking]
    return int(Drift.objects.exclude(seam__in=others).count())
