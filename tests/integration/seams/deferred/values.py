"""Classes whose instances travel, and those that do not."""

import enum
from collections import namedtuple
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from migration_harness.secret import Secret

Pair = namedtuple("Pair", "left right")  # noqa: PYI024  Hosts have such.


class Usage(NamedTuple):
    tokens_in: int
    tokens_out: int


class Tier(enum.Enum):
    BASIC = "basic"
    QUALITY = "quality"


class Right(enum.Flag):
    READ = 1
    WRITE = 2


class Kind(enum.StrEnum):
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Price:
    credits: int
    usd: Decimal = Decimal("0.10")


@dataclass
class Order:
    prices: list[Price] = field(default_factory=list)


class Plain:
    """Its initialiser must not run again."""

    made = 0

    def __init__(self, size):
        type(self).made += 1
        self.size = size

    def __eq__(self, other):
        return vars(self) == vars(other)

    def __hash__(self):
        return hash(self.size)


class Word(str):
    __slots__ = ()


class Refused(Exception):
    def __init__(self, code, *, status):
        super().__init__(f"refused {code}")
        self.status = status


@dataclass
class Keys:
    key: Secret
