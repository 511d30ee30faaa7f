"""Values that are one text or number in a sample, and what they were: so that a test can be made of them again.

Read by the functions of Python's own classes, so that no code of a host's subclass runs.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, Flag
from fractions import Fraction
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from pathlib import PurePath
from types import BuiltinFunctionType, FunctionType
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from migration_harness.comparing.stored import name_of

MAX_TEXT: Final = 500
"""Characters of one text."""
MAX_BITS: Final = 1_024
"""Of one whole number."""
PLAIN: Final = ""
"""The kind of what JSON holds as it is."""
LOST: Final = "…"
"""The kind of what a sample does not keep whole: nothing can be made of it."""

# PostgreSQL's jsonb holds no NUL, and no half of a surrogate pair.
UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
Scalar = tuple[Any, str]
"""What a sample keeps of a value, and its kind."""


def excerpt(text: str, start: int = 0) -> str:
    """Return a text, or of a long one the part from ``start`` on."""
    shown = UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text[start : start + MAX_TEXT])
    if len(text) <= MAX_TEXT:
        return shown
    before = f"(from character {start + 1:,} on) …" if start else ""
    after = "…" if start + MAX_TEXT < len(text) else ""
    return f"{before}{shown}{after} ({len(text)} characters)"


def scalar(value: Any) -> Scalar | None:
    """Return what a sample keeps of a value, None where it is no scalar; raises what reading it raises."""
    kind = type(value)
    for base, show in _SHOWN.items():
        if issubclass(kind, base):
            return show(value)
    return None


def full_name(kind: type) -> str:
    """Return the module and name of a class, as a test would import it."""
    return f"{type.__getattribute__(kind, '__module__')}.{type.__getattribute__(kind, '__qualname__')}"


def _kept(text: str, kind: str) -> Scalar:
    shown = excerpt(text)
    return shown, kind if shown == text else LOST


def _kind_of(value: Any, base: type) -> str:
    """Return the short name of one of Python's own classes, the full one of a class of the host."""
    return base.__name__ if type(value) is base else full_name(type(value))


def _text(value: str) -> Scalar:
    return _kept(str.__str__(value), PLAIN if type(value) is str else full_name(type(value)))


def _number(value: int) -> Scalar:
    bits = int.bit_length(value)
    if bits > MAX_BITS:
        return f"int of {bits} bits", LOST
    return int.__add__(value, 0), PLAIN if type(value) is int else full_name(type(value))


def _enum(value: Any) -> Scalar:
    kind = type(value)
    if issubclass(kind, int | str):
        shown, _ = _number(value) if issubclass(kind, int) else _text(value)
        return shown, full_name(kind)
    if issubclass(kind, Flag):
        return f"{name_of(kind)}({value._value_})", full_name(kind)
    return f"{name_of(kind)}.{value._name_}", full_name(kind)


def _as_text(base: Any, show: Callable[[Any], str] | None = None) -> Callable[[Any], Scalar]:
    written = base.__str__ if show is None else show
    return lambda value: _kept(written(value), _kind_of(value, base))


def _path(value: PurePath) -> Scalar:
    kind = type(value)
    return _kept(PurePath.__str__(value), kind.__name__ if kind.__module__.startswith("pathlib") else full_name(kind))


def _bytes(value: Any) -> Scalar:
    base = bytes if issubclass(type(value), bytes) else bytearray
    size = base.__len__(value)
    if size > MAX_TEXT:
        return f"{bytes(base.__getitem__(value, slice(MAX_TEXT)))!r}… ({size} bytes)", LOST
    # A text with a backslash may grow: it is kept whole all the same.
    return repr(bytes(value)), _kind_of(value, base)


def _datetime(value: datetime) -> Scalar:
    text, zone = datetime.isoformat(value, " "), value.tzinfo
    if type(value) is not datetime:
        return text, full_name(type(value))
    if zone is None or type(zone) is timezone:
        return text, LOST if zone is None and value.fold else "datetime"
    key = zone.key if type(zone) is ZoneInfo else None
    # An hour that a clock leaves out does not come back.
    is_whole = key and value.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == value.replace(tzinfo=None)
    return text, f"datetime[{key}]" if is_whole else LOST


def _time(value: time) -> Scalar:
    is_whole = not value.fold and (value.tzinfo is None or type(value.tzinfo) is timezone)
    return time.isoformat(value), _kind_of(value, time) if is_whole else LOST


def _zone(value: ZoneInfo) -> Scalar:
    return (value.key, "ZoneInfo") if type(value) is ZoneInfo and value.key else (name_of(type(value)), LOST)


def _class(value: type) -> Scalar:
    return _kept(full_name(value), "type")


def _function(value: Any) -> Scalar:
    return _kept(f"{value.__module__}.{value.__qualname__}", "function")


_ADDRESSES: Final = (IPv4Interface, IPv6Interface, IPv4Address, IPv6Address, IPv4Network, IPv6Network)
_SHOWN: Final[dict[type, Callable[[Any], Scalar]]] = {
    Enum: _enum,
    int: _number,
    str: _text,
    Decimal: _as_text(Decimal),
    float: _as_text(float, float.__repr__),
    complex: _as_text(complex, complex.__repr__),
    Fraction: _as_text(Fraction),
    datetime: _datetime,
    date: _as_text(date, date.isoformat),
    time: _time,
    timedelta: _as_text(timedelta),
    UUID: _as_text(UUID),
    PurePath: _path,
    bytes: _bytes,
    bytearray: _bytes,
    range: _as_text(range, range.__repr__),
    **{address: _as_text(address) for address in _ADDRESSES},
    ZoneInfo: _zone,
    timezone: lambda value: (timezone.__str__(value), LOST),
    type: _class,
    FunctionType: _function,
    BuiltinFunctionType: _function,
}
"""By class, a derived one before the one that it is derived from."""
