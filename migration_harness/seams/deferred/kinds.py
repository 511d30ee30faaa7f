"""Scalars of Python's own classes as JSON holds them, and back; and classes of the host by their names."""

import sys
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import PosixPath, PurePosixPath
from typing import Any, Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from migration_harness.log.scalars import full_name


class Scalar(NamedTuple):
    """How one class becomes what JSON holds, and is made again."""

    told: Callable[[Any], Any]
    made: Callable[[Any], Any]


@cache
def has_its_name(kind: type) -> bool:
    """Tell whether a class is found again by its name: one that a function has made is not."""
    return class_named(full_name(kind)) is kind


@cache
def class_named(name: str) -> type | None:
    """Return the class of a full name, of a module that is loaded: a row of a table has nothing imported."""
    parts = name.split(".")
    for end in range(len(parts) - 1, 0, -1):
        found: Any = sys.modules.get(".".join(parts[:end]))
        for part in parts[end:] if found is not None else ():
            found = vars(found).get(part) if hasattr(found, "__dict__") else None
        if isinstance(found, type):
            return found
    return None


def _zone_told(zone: tzinfo | None) -> Any:
    if zone is None:
        return None
    if type(zone) is ZoneInfo and zone.key:
        return zone.key
    if type(zone) is timezone:
        return zone.utcoffset(None).total_seconds()
    raise TypeError(type(zone).__name__)


def _zone_made(told: Any) -> tzinfo | None:
    if told is None:
        return None
    return ZoneInfo(told) if isinstance(told, str) else timezone(timedelta(seconds=told))


def _moment_told(value: Any) -> list[Any]:
    return [value.replace(tzinfo=None).isoformat(), value.fold, _zone_told(value.tzinfo)]


def _moment_made(cls: Any) -> Callable[[Any], Any]:
    return lambda told: cls.fromisoformat(told[0]).replace(fold=told[1], tzinfo=_zone_made(told[2]))


def _bytes_told(value: bytes | bytearray) -> str:
    return b64encode(value).decode()


SCALARS: Final[dict[type, Scalar]] = {
    Decimal: Scalar(str, Decimal),
    UUID: Scalar(str, UUID),
    Fraction: Scalar(str, Fraction),
    date: Scalar(date.isoformat, date.fromisoformat),
    datetime: Scalar(_moment_told, _moment_made(datetime)),
    time: Scalar(_moment_told, _moment_made(time)),
    timedelta: Scalar(lambda value: [value.days, value.seconds, value.microseconds], lambda told: timedelta(*told)),
    ZoneInfo: Scalar(_zone_told, _zone_made),
    timezone: Scalar(_zone_told, _zone_made),
    bytes: Scalar(_bytes_told, b64decode),
    bytearray: Scalar(_bytes_told, lambda told: bytearray(b64decode(told))),
    complex: Scalar(lambda value: [value.real, value.imag], lambda told: complex(*told)),
    range: Scalar(lambda value: [value.start, value.stop, value.step], lambda told: range(*told)),
    PosixPath: Scalar(str, PosixPath),
    PurePosixPath: Scalar(str, PurePosixPath),
}
"""By class, exactly: what is derived from one is the host's."""
BY_NAME: Final = {kind.__name__: scalar for kind, scalar in SCALARS.items()}
BASES: Final = (str, int, float)
"""Classes of which a derived one is carried as its base and its own class, where it holds nothing else."""
