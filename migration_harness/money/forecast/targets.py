"""Whose candidate a forecast asks: the flags of the phases that need one, with all that they require."""

from collections.abc import Iterable

from migration_harness.exceptions import InvalidChange, UnknownFlag
from migration_harness.plan import GateName, Phase, Plan, plan


def target_flags(*, names: Iterable[str] = (), phase: int | None = None) -> frozenset[str]:
    """Return the flags that are named, or those of a phase, and what they require.

    Without either, those of every phase that asks for a forecast. Raises UnknownFlag, and InvalidChange for a phase
    that the plan does not have.
    """
    found = plan()
    named = set(names)
    if phase is not None:
        named |= {flag.name for each in _numbered(found, phase) for flag in each.flags}
    elif not named:
        named = {flag.name for each in found.phases if GateName.FORECAST in each.gates for flag in each.flags}
    return _with_required(found, named)


def _numbered(found: Plan, number: int) -> list[Phase]:
    phases = [each for each in found.phases if each.number == number]
    if not phases:
        known = ", ".join(str(each.number) for each in found.phases)
        raise InvalidChange(f"The plan has no phase {number}. It has {known}.")
    return phases


def _with_required(found: Plan, names: set[str]) -> frozenset[str]:
    planned = {flag.name: flag for flag in found.flags}
    done: set[str] = set()
    waiting = sorted(names)
    while waiting:
        name = waiting.pop()
        if name not in planned:
            raise UnknownFlag(f"The plan has no flag {name!r}. It has {', '.join(sorted(planned))}.")
        if name not in done:
            done.add(name)
            waiting += planned[name].requires
    return frozenset(done)
