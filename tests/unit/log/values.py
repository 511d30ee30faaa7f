"""Values of every kind that a sample keeps, at the top of a module: as a host has them."""

import datetime as dt
import ipaddress
from collections import Counter, OrderedDict, deque
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, Flag, IntEnum, IntFlag, StrEnum
from fractions import Fraction
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import IntegrationProvider
from migration_harness.models import Comparison
from migration_harness.money.forecast import answer
from migration_harness.secret import Secret

BERLIN = ZoneInfo("Europe/Berlin")
UUID_4 = UUID("7f1ba5ee-4c90-4d00-8000-000000000001")


class Colour(Enum):
    RED = object()


class Kind(StrEnum):
    TEXT = "text"


class Level(IntEnum):
    HIGH = 3


class Access(Flag):
    READ = 1
    WRITE = 2


class Mode(IntFlag):
    READ = 4
    WRITE = 2


class Slug(str):
    __slots__ = ()


class Point(NamedTuple):
    left: object
    right: object


@dataclass(frozen=True)
class Thing:
    id: UUID
    at: object
    inside: object = None


@dataclass(slots=True)
class Slots:
    price: Decimal


def function():
    """A callback."""


KEPT = {
    "uuid": UUID_4, "enum": Colour.RED, "enum of texts": Kind.TEXT, "enum of numbers": Level.HIGH,
    "flag": Access.READ | Access.WRITE, "no flag": Access(0), "flag of numbers": Mode.READ | Mode.WRITE,
    "time": time(12, 30, 0, 5), "time with an offset": time(12, 30, tzinfo=timezone(timedelta(hours=2))),
    "duration": timedelta(days=1, seconds=10, microseconds=5), "duration before": timedelta(seconds=-90),
    "no duration": timedelta(0), "long duration": timedelta(days=400_000), "date": date(2026, 1, 2),
    "datetime": datetime(2026, 1, 2, 3, 4, 5, 6), "datetime in utc": datetime(2026, 1, 2, tzinfo=UTC),  # noqa: DTZ001
    "datetime in a zone": datetime(2026, 7, 2, 12, tzinfo=BERLIN),
    "the second hour": datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1), "zone": BERLIN,
    "path": Path("/srv/a b"), "pure path": PurePosixPath("a/b"), "windows path": PureWindowsPath(r"c:\a"),
    "bytes": b"a\x00\xff'", "bytearray": bytearray(b"\n"), "many bytes": b"\xff" * 400, "complex": complex(1, -2),
    "complex nan": complex(0, float("inf")), "fraction": Fraction(1, 3), "range": range(1, 10, 3),
    "short range": range(3),
    "ip 4": ipaddress.ip_address("10.0.0.1"), "ip 6": ipaddress.ip_address("::1"),
    "network": ipaddress.ip_network("10.0.0.0/8"), "interface": ipaddress.ip_interface("10.0.0.1/8"),
    "decimal": Decimal("1.10"), "decimal nan": Decimal("NaN"), "float": 0.1, "infinity": float("inf"), "text": "a\n'",
    "number": -(10**20), "truth": True, "nothing": None, "class of texts": Slug("a-b"), "class": Thing,
    "class of python": dict, "function": function, "function of python": len, "class of another module": dt.date,
    "dataclass": Thing(id=UUID_4, at=time(1), inside=[Kind.TEXT]), "dataclass of slots": Slots(Decimal(1)),
    "named tuple": Point(1, Decimal(2)), "tuple": (1, (2,), "3"), "empty tuple": (), "set": {Kind.TEXT, Kind.TEXT},
    "set of texts": {"c", "a", "b"}, "frozenset": frozenset({1}), "empty set": set(), "deque": deque([1, 2]),
    "list": [UUID_4, UUID_4], "dict": {"a.b": [1], "c[3]": UUID_4}, "dict of numbers": {7: "a", -1: "b"},
    "dict of uuids": {UUID_4: 1}, "dict of days": {date(2026, 1, 1): 1}, "dict of decimals": {Decimal("1.0"): 1},
    "counts": Counter(a=2), "model": Account(pk=7),
    "model of a text": IntegrationProvider(pk="7"),
    "model of two": Comparison(at=datetime(2026, 1, 2, tzinfo=UTC), id=5),
}  # fmt: skip
TOLD = {
    "an object": (object(), "object"),
    "a model that is not saved": (Account(), "Account(unsaved)"),
    "an error": (ValueError("text"), "ValueError"),
    "a method": (UUID_4.__str__, "method"),
    "a lambda": (lambda: 1, "tests.unit.log.values.<lambda>"),
    "a module": (answer, "module"),
    "a long text": ("x" * 501, "x" * 500 + "… (501 characters)"),
    "a text that no table keeps": ("a\x00", "a\N{REPLACEMENT CHARACTER}"),
    "long bytes": (b"x" * 501, repr(b"x" * 500) + "… (501 bytes)"),
    "a view of bytes": (memoryview(b"abc"), "memoryview"),
    "a huge number": (1 << 2_000, "int of 2001 bits"),
    "a generator": ((n for n in ()), "generator"),
    "an hour that was left out": (datetime(2026, 3, 29, 2, 30, tzinfo=BERLIN), "2026-03-29 02:30:00+01:00"),
    "a fold without a zone": (datetime(2026, 1, 2, fold=1), "2026-01-02 00:00:00"),  # noqa: DTZ001
    "a time of a zone": (time(1, tzinfo=BERLIN), "01:00:00"),
    "an offset": (timezone(timedelta(hours=2)), "UTC+02:00"),
    "a deque with an end": (deque([1], maxlen=1), [1]),
    "an order of keys": (OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
    "keys of two classes": ({1: "a", "b": 2}, {"1": "a", "b": 2}),
    "keys that look alike": ({1: "a", "1": 2}, {"1": 2}),
    "a long key": ({"k" * 101: 1}, {"k" * 100 + "…": 1}),
    "a key of a class": ({Kind.TEXT: 1}, {"text": 1}),
    "too deep": ([[[[[[[1]]]]]]], [[[[[["list of 1"]]]]]]),
    "a secret": (Secret("sk-live-1"), Secret("sk-live-1").fingerprint),
    "elements of two classes": ([1, UUID_4], [1, str(UUID_4)]),
}
