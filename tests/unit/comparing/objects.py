"""Objects whose ``==`` is not what it seems, and stand-ins for those of libraries that are not installed here."""

from collections import namedtuple
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace


@dataclass(frozen=True)
class Slot:
    """Its ``==`` is written by dataclass."""

    at: object
    note: object = ""


@dataclass
class Folded:
    """Decides for itself: by its text, whatever the case."""

    text: str
    seen: object = field(default=None)

    def __eq__(self, other):
        return isinstance(other, Folded) and self.text.lower() == other.text.lower()

    __hash__ = None


Pair = namedtuple("Pair", "left right")  # noqa: PYI024  As hosts write it.


class Plain:
    """Has no ``==`` of its own."""

    def __init__(self, **held):
        self.__dict__.update(held)


class Slotted:
    __slots__ = ("left", "right")

    def __init__(self, left):
        self.left = left


class OwnWord:
    """Two of them are equal by their name alone, and it asks the other one for it."""

    def __init__(self, name, beside=0):
        self.name, self.beside = name, beside

    def __eq__(self, other):
        return self.name == other.name

    def __hash__(self):
        return hash(self.name)


class EqualsAnything:
    def __init__(self, value=0):
        self.value = value

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 1


class Expression(EqualsAnything):
    """What a query builder answers: something that is true."""

    def __eq__(self, other):
        return [self, other]

    __hash__ = EqualsAnything.__hash__


class NeverEqual:
    """What a number that is no number does, of a library's own class."""

    def __init__(self, number):
        self.number = number

    def __eq__(self, other):
        return False

    __hash__ = None


class Answers:
    """What comparing two arrays answers: a truth for each element, none of its own."""

    def __init__(self, truths):
        self.truths = truths

    def __bool__(self):
        raise ValueError("The truth value of an array is ambiguous.")

    def __or__(self, other):
        return Answers([one or two for one, two in zip(self.truths, other.truths, strict=True)])

    def __and__(self, other):
        return Answers([one and two for one, two in zip(self.truths, other.truths, strict=True)])

    def all(self):
        return all(self.truths)


class Array:
    """Behaves as an array does: ``==`` for each element."""

    def __init__(self, *elements, dtype="float64", shape=None):
        self.elements, self.dtype, self.shape = elements, dtype, shape or (len(elements),)

    def __eq__(self, other):
        others = other.elements if isinstance(other, Array) else [other] * len(self.elements)
        return Answers([one == two for one, two in zip(self.elements, others, strict=False)])

    def __ne__(self, other):
        return Answers([not truth for truth in (self == other).truths])

    __hash__ = None

    def tolist(self):
        return list(self.elements)


class Frame:
    """Behaves as a table does: only ``equals`` answers at all."""

    def __init__(self, **columns):
        self.columns = columns

    def __eq__(self, other):
        return Answers([True])

    __hash__ = None

    def equals(self, other):
        return self.columns == other.columns


class Column:
    def __init__(self, attname):
        self.attname = attname


class Meta:
    concrete_fields = (Column("id"), Column("credits"), Column("at"))


class DjangoBase:
    """Equal by primary key, as Django's models are."""

    def __init__(self, **loaded):
        self.__dict__.update(loaded)

    def __eq__(self, other):
        return isinstance(other, DjangoBase) and self.id is not None and self.id == other.id

    def __hash__(self):
        return hash(self.id)

    def __getattr__(self, name):
        raise AssertionError(f"{name} is not loaded: this would be a query.")


class Row(DjangoBase):
    _meta = Meta


class Precise(datetime):
    """A datetime that knows more than its fields, as those of tables do."""

    nanosecond = 0

    def __eq__(self, other):
        return super().__eq__(other) and self.nanosecond == getattr(other, "nanosecond", 0)

    __hash__ = datetime.__hash__


def precise(nanosecond, **fields):
    made = Precise(2026, 1, 1, **fields)
    made.nanosecond = nanosecond
    return made


def space(**held):
    return SimpleNamespace(**held)
