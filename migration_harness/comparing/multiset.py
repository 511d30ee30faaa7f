"""Elements by what they hold, so that they can be matched in any order without comparing each with each."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, time
from enum import Enum, auto
from typing import Any, NamedTuple

from migration_harness.comparing.allowances import Allowances
from migration_harness.comparing.equality import PLAIN, Family, family_of, plainly_same
from migration_harness.comparing.limits import Limits
from migration_harness.comparing.lookup import lookup
from migration_harness.comparing.moments import is_moment, moment_of
from migration_harness.comparing.paths import Index, Key, Member, Steps
from migration_harness.comparing.stored import columns_of, held_by
from migration_harness.comparing.tolerance import is_nan, is_number


class TooMuch(Exception):
    """The elements hold more than what may be looked at."""


class Content(NamedTuple):
    """What an element holds, in a form that can be looked up.

    Attributes:
        key: Equal for two elements that hold the same, except for what ``numbers`` and ``is_exact`` leave open.
        numbers: The numbers in it that may be apart.
        is_exact: Whether an equal key says that the elements are equal; else they are to be compared.
        is_hashed: Whether all of it could be hashed; what could not is in the key by its class alone.
    """

    key: Any
    numbers: tuple[Any, ...]
    is_exact: bool
    is_hashed: bool


class _Mark(Enum):
    NAN = auto()
    TOLERATED = auto()
    IGNORED = auto()
    HASHED = auto()
    UNHASHABLE = auto()


class Contents:
    """Reads elements, as many values as the limits allow in all."""

    def __init__(self, *, allowances: Allowances, limits: Limits, passing: tuple[type[BaseException], ...]) -> None:
        self._allowances = allowances
        self._limits = limits
        self._through: tuple[type[BaseException], ...] = (TooMuch, *passing)
        self._left = 2 * limits.nodes
        self._numbers: list[Any] = []
        self._is_exact = self._is_hashed = True

    def of(self, element: Any, steps: Steps) -> Content:
        """Return what the element at ``steps`` holds; raises TooMuch."""
        self._numbers, self._is_exact, self._is_hashed = [], True, True
        try:
            key = self._key(element, steps)
        except self._through:
            raise
        except Exception:  # noqa: BLE001  Note [Objects of the host]: comparing it will say so.
            self._is_exact = self._is_hashed = False
            key = (_Mark.UNHASHABLE, type(element))
        return Content(key, tuple(self._numbers), self._is_exact and not self._numbers, self._is_hashed)

    def _key(self, value: Any, steps: Steps) -> Any:
        self._left -= 1
        if self._left < 0 or len(steps) > self._limits.depth:
            raise TooMuch
        if self._allowances:
            if self._allowances.ignore(steps):
                return _Mark.IGNORED
            if is_number(value) and not is_nan(value) and self._allowances.tolerance_at(steps) is not None:
                self._numbers.append(value)
                return _Mark.TOLERATED
        kind = type(value)
        family = None if kind in PLAIN else family_of(value, value)
        return self._leaf(value) if family is None else self._inside(value, family, steps)

    def _leaf(self, value: Any) -> Any:
        if is_nan(value):
            return _Mark.NAN
        if type(value) in PLAIN:
            return value
        if is_moment(value):
            self._is_exact &= type(value) in (datetime, time)
            return moment_of(value)
        # By its hash and not by itself: an object's own == may be slow, and many of them may share one hash.
        self._is_exact = False
        try:
            return (_Mark.HASHED, hash(value))
        except TypeError:
            self._is_hashed = False
            return (_Mark.UNHASHABLE, type(value))

    def _inside(self, value: Any, family: Family, steps: Steps) -> Any:
        match family:
            case Family.MAPPING:
                return (Family.MAPPING, self._counted(self._items(value, steps)))
            case Family.SET:
                return (Family.SET, self._counted(self._key(each, (*steps, Member(each))) for each in value))
            case Family.DATACLASS:
                names = [field.name for field in fields(value) if field.compare]
                return (type(value), *[self._key(getattr(value, name), (*steps, Key(name))) for name in names])
            case Family.EXCEPTION:
                return (type(value), self._key(value.args, (*steps, Key("args"))))
            case Family.SEQUENCE:
                return self._sequence(value, steps)
            case Family.ARRAY:
                return (type(value), self._key(value.tolist(), steps))
            case Family.FRAME | Family.ROWS:
                # Whether they hold the same is for the walk to say, of all that are of one kind.
                self._is_exact = False
                return family
            case Family.OBJECT:
                return (type(value), self._key(held_by(value), steps))
            case Family.MODEL:
                # What is not loaded on one side is not compared, so it can be in no key.
                self._is_exact = False
                return (type(value), len(columns_of(type(value))))

    def _items(self, value: Mapping[Any, Any], steps: Steps) -> Iterator[tuple[Any, Any]]:
        for name, inner in value.items():
            key = self._key(inner, (*steps, Key(name)))
            if key is not _Mark.IGNORED:
                yield lookup(name), key

    def _sequence(self, value: Sequence[Any], steps: Steps) -> Any:
        inside: list[Any] = [self._key(each, (*steps, Index(i))) for i, each in enumerate(value)]
        if not self._allowances.is_unordered(steps):
            return (_base(value), *inside)
        return (_base(value), self._counted(inside))

    def _counted(self, keys: Iterable[Any]) -> frozenset[tuple[Any, int]]:
        return frozenset(Counter(keys).items())


def _base(value: Sequence[Any]) -> type:
    """Return the class by which sequences can be equal at all."""
    return next((base for base in (list, tuple) if isinstance(value, base)), type(value))


class Element(NamedTuple):
    """An element of a sequence, and where it stands."""

    position: int
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """The elements of two sequences, matched in any order.

    Attributes:
        pairs: Elements that hold the same but for what is still to be compared: numbers, objects without a hash.
        missing: Elements of the control that the candidate does not have.
        extra: Elements of the candidate that the control does not have.
    """

    pairs: list[tuple[Element, Element]]
    missing: list[Element]
    extra: list[Element]


def match(control: Sequence[Any], candidate: Sequence[Any], *, contents: Contents, steps: Steps) -> Matching:
    """Match two sequences in the time of a sort; raises TooMuch."""
    ours, theirs = _by_key(control, contents, steps), _by_key(candidate, contents, steps)
    found = Matching(pairs=[], missing=[], extra=[])
    for key in ours | theirs:
        left, right = ours.get(key, []), theirs.get(key, [])
        found.pairs.extend((one, other) for (one, exact), (other, _) in zip(left, right, strict=False) if not exact)
        found.missing.extend(element for element, _ in left[len(right) :])
        found.extra.extend(element for element, _ in right[len(left) :])
    return found


def _by_key(sequence: Sequence[Any], contents: Contents, steps: Steps) -> dict[Any, list[tuple[Element, bool]]]:
    """Return the elements by what they hold, those of one key by the numbers that may be apart."""
    read = [
        (contents.of(value, (*steps, Index(position))), Element(position, value))
        for position, value in enumerate(sequence)
    ]
    read.sort(key=lambda each: each[0].numbers)
    found: dict[Any, list[tuple[Element, bool]]] = {}
    for content, element in read:
        found.setdefault(content.key, []).append((element, content.is_exact))
    return found


def is_reordered(control: Sequence[Any], candidate: Sequence[Any], *, contents: Contents, steps: Steps) -> bool:
    """Tell whether one sequence is the other one in another order; False where that cannot be told."""
    apart = [pair for pair in enumerate(zip(control, candidate, strict=True)) if not plainly_same(*pair[1])]
    try:
        ours = [_whole_key(contents, left, (*steps, Index(position))) for position, (left, _) in apart]
        rest, theirs = Counter(ours), []
        for position, (_, right) in apart:
            key = _whole_key(contents, right, (*steps, Index(position)))
            if not rest[key]:
                return False
            rest[key] -= 1
            theirs.append(key)
    except TooMuch:
        return False
    return ours != theirs


def _whole_key(contents: Contents, element: Any, steps: Steps) -> Any:
    """Return a key that says all of an element."""
    content = contents.of(element, steps)
    if content.numbers or not content.is_hashed:
        raise TooMuch
    return content.key
