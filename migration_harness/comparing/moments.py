"""Dates with times, as the moments that they mean.

Python's own ``==`` compares two datetimes of one zone by their wall clocks, so that the two hours of a night in which
summer time ends are one; of two zones, it denies that such a moment equals itself; and it takes times of a day in any
two zones without a fixed offset for equal.
"""

from datetime import datetime, time, timedelta
from typing import Any, Final

_BY_THE_CLOCK: Final[tuple[Any, ...]] = (datetime.__eq__, time.__eq__)


def is_moment(value: Any) -> bool:
    """Tell whether the value is a datetime, or a time of a day."""
    # By its class: isinstance would ask the value for its __class__, which may be anything.
    return issubclass(type(value), datetime | time)


def moment_of(value: Any) -> tuple[Any, ...]:
    """Return what a datetime or a time means: equal, and with one hash, where the moments are the same.

    Raises whatever the value's zone raises.
    """
    offset: timedelta | None = value.utcoffset()
    clock = timedelta(0, value.hour * 3_600 + value.minute * 60 + value.second, value.microsecond)
    if issubclass(type(value), datetime):
        clock += timedelta(value.toordinal())
        return (datetime, "naive", clock) if offset is None else (datetime, "aware", clock - offset)
    if offset is not None:
        return (time, "aware", clock - offset)
    if value.tzinfo is None:
        return (time, "naive", clock)
    # A zone whose offset depends on the day: the same time of the same zone, and of the same one of two such hours.
    return (time, "aware", clock, getattr(value.tzinfo, "key", None) or value.tzinfo, value.fold)


def are_unlike(control: Any, candidate: Any) -> bool:
    """Tell whether one of two moments has a zone and the other one has none."""
    return is_moment(control) and is_moment(candidate) and moment_of(control)[:2] != moment_of(candidate)[:2]


def same_moment(control: Any, candidate: Any) -> bool:
    """Tell whether two datetimes, or two times, are the same moment, also by what their classes add of their own."""
    if moment_of(control) != moment_of(candidate):
        return False
    adds = any(type(each).__eq__ not in _BY_THE_CLOCK for each in (control, candidate))
    return not adds or bool(control == candidate)
