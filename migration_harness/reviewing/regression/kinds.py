"""Scalars made again from the text that a sample keeps, by the class that it names beside it."""

import ast
import ipaddress
import pathlib
import re
import sys
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_duration

from migration_harness.exceptions import NotExportable
from migration_harness.reviewing.regression.rebuilt import Import, Rebuilt, import_of

_ZONED: Final = re.compile(r"datetime\[(.+)\]")
_RANGE: Final = re.compile(r"range\((-?\d+), (-?\d+)(?:, (-?\d+))?\)")


def made_again(kind: str, text: Any) -> Rebuilt | None:
    """Return a scalar of one of Python's own classes, None for any other kind; raises what cannot be read."""
    if kind in _BY_TEXT:
        return _called(_BY_TEXT[kind], text)
    if kind in _BY_FORMAT:
        cls = _BY_FORMAT[kind]
        return _with(cls.fromisoformat(text), f"{cls.__name__}.fromisoformat({text!r})", cls)
    if zoned := _ZONED.fullmatch(kind):
        made = datetime.fromisoformat(text).astimezone(ZoneInfo(zoned[1]))
        source = f"datetime.fromisoformat({text!r}).astimezone(ZoneInfo({zoned[1]!r}))"
        return _with(made, source, datetime, ZoneInfo)
    make = _BY_READING.get(kind)
    return None if make is None else make(text)


def named(name: str) -> Any:
    """Return the class or function of a full name, of a module that is loaded. Raises NotExportable."""
    parts = name.split(".")
    for end in range(len(parts) - 1, 0, -1):
        found: Any = sys.modules.get(".".join(parts[:end]))
        for part in parts[end:] if found is not None else ():
            found = getattr(found, part, None)
        if found is not None:
            return found
    raise NotExportable(f"{name} is no name of any module: it cannot be made again.")


def _called(cls: type, text: str) -> Rebuilt:
    return _with(cls(text), f"{cls.__name__}({text!r})", cls)


def _with(value: Any, source: str, *classes: type) -> Rebuilt:
    return Rebuilt(value=value, source=source, imports=frozenset(map(_import, classes)))


def _import(cls: type) -> Import:
    # The paths of some releases of Python are of a module that is not meant to be imported.
    return ("pathlib" if issubclass(cls, pathlib.PurePath) else cls.__module__, cls.__name__)


def _duration(text: str) -> Rebuilt:
    made = parse_duration(text)
    if made is None:
        raise ValueError(text)
    parts = {name: getattr(made, name) for name in ("days", "seconds", "microseconds")}
    written = ", ".join(f"{name}={number}" for name, number in parts.items() if number)
    return _with(made, f"timedelta({written})", timedelta)


def _bytes(text: str) -> Rebuilt:
    made = ast.literal_eval(text)
    if not isinstance(made, bytes):
        raise ValueError(text)  # noqa: TRY004  As whatever cannot be read.
    return Rebuilt(value=made, source=repr(made))


def _bytearray(text: str) -> Rebuilt:
    made = bytearray(_bytes(text).value)
    return Rebuilt(value=made, source=repr(made))


def _range(text: str) -> Rebuilt:
    found = _RANGE.fullmatch(text)
    if found is None:
        raise ValueError(text)
    made = range(*[int(number) for number in found.groups() if number is not None])
    return Rebuilt(value=made, source=repr(made))


def _by_name(name: str) -> Rebuilt:
    made = named(name)
    imported, source = import_of(made)
    return Rebuilt(value=made, source=source, imports=frozenset({imported}))


_BY_TEXT: Final[dict[str, type]] = {
    cls.__name__: cls
    for cls in (
        Decimal, float, complex, Fraction, UUID, ZoneInfo,
        ipaddress.IPv4Address, ipaddress.IPv6Address, ipaddress.IPv4Network, ipaddress.IPv6Network,
        ipaddress.IPv4Interface, ipaddress.IPv6Interface,
        pathlib.PurePosixPath, pathlib.PureWindowsPath, type(pathlib.Path()),
    )
}  # fmt: skip
_BY_FORMAT: Final[dict[str, Any]] = {"date": date, "datetime": datetime, "time": time}
_BY_READING: Final[dict[str, Callable[[str], Rebuilt]]] = {
    "timedelta": _duration,
    "bytes": _bytes,
    "bytearray": _bytearray,
    "range": _range,
    "type": _by_name,
    "function": _by_name,
}
