"""Where two values differ, field by field."""

from typing import Any, Final

from migration_harness.comparing.allowances import NO_ALLOWANCES, Allowances
from migration_harness.comparing.kinds import ABSENT, Difference, Kind
from migration_harness.comparing.limits import LIMITS, Limits
from migration_harness.comparing.walk import Walk

__all__ = ["ABSENT", "Difference", "Kind", "diff"]

_WHOLE: Final = frozenset({int, bool, type(None)})


def diff(
    control: Any,
    candidate: Any,
    *,
    root: str = "result",
    allowances: Allowances = NO_ALLOWANCES,
    limits: Limits = LIMITS,
    passing: tuple[type[BaseException], ...] = (),
) -> tuple[Difference, ...]:
    """Return every field in which ``candidate`` differs from ``control``; empty where they are equal.

    Never raises, whatever the objects in the values do, except an exception of ``passing``. What equal means is in
    :mod:`migration_harness.comparing.equality`. ``root`` is the path of the value itself.
    """
    kind = type(control)
    if kind in _WHOLE and kind is type(candidate) and not allowances:
        return (
            ()
            if control == candidate
            else (Difference(path=root, kind=Kind.VALUE, control=control, candidate=candidate),)
        )
    try:
        walk = Walk(root=root, allowances=allowances, limits=limits, passing=passing)
        return walk.differences(control, candidate)
    except passing:
        raise
    except Exception as error:  # noqa: BLE001  Most likely the stack of the caller is at its end.
        note = f"could not be compared: {type(error).__name__}"
        return (Difference(path=root, kind=Kind.VALUE, control=control, candidate=candidate, note=note),)
