"""Objects that do not do what objects do."""

from collections.abc import Iterator, Mapping, Sequence


class Refused(Exception):
    pass


def refuse(*_args, **_kwargs):
    raise Refused("sk-live-do-not-print-me")


class RaisesOnEq:
    __eq__ = __ne__ = refuse
    __hash__ = object.__hash__


class RaisesOnHash:
    __hash__ = refuse


class RaisesOnRepr:
    __repr__ = __str__ = __format__ = refuse


class RaisesOnRead:
    __getattribute__ = refuse
    __eq__ = refuse
    __hash__ = object.__hash__


class LengthOfNothing(list):
    __len__ = __iter__ = __getitem__ = refuse


class BrokenMapping(Mapping):
    __getitem__ = __iter__ = __len__ = __contains__ = refuse


class EndlessMapping(dict):
    def __iter__(self) -> Iterator[int]:
        number = 0
        while True:
            yield number
            number += 1

    def items(self):
        return ((number, number) for number in self)


class EndlessSequence(Sequence):
    def __len__(self):
        return 3

    def __getitem__(self, index):
        return index


class NoTruth:
    """What an array answers: a value for each element, and no truth of its own."""

    def __eq__(self, other):
        return self

    __bool__ = refuse
    __hash__ = None


class Recursive:
    def __eq__(self, other):
        return self == other

    __hash__ = object.__hash__


class SameHash:
    def __eq__(self, other):
        return self is other

    def __hash__(self):
        return 1


class LyingText(str):
    __slots__ = ()
    __len__ = __str__ = __eq__ = refuse
    __hash__ = str.__hash__


class LyingNumber(int):
    __eq__ = __index__ = __int__ = __repr__ = __str__ = bit_length = refuse
    __hash__ = int.__hash__


HOSTILE = [
    RaisesOnEq, RaisesOnHash, RaisesOnRepr, RaisesOnRead, BrokenMapping, EndlessMapping, EndlessSequence, NoTruth,
    Recursive, SameHash, LengthOfNothing, lambda: LyingText("text"), lambda: LyingNumber(7),
]  # fmt: skip


def cycle():
    value = {"a": [1, 2]}
    value["self"] = value
    value["a"].append(value)
    return value


def nest(depth, end=0):
    value = end
    for _ in range(depth):
        value = [value]
    return value


def shared(depth, end=0):
    """A value of a few objects that is two to the power of ``depth`` long when it is walked."""
    value = [end]
    for _ in range(depth):
        value = [value, value]
    return value
