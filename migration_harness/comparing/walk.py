"""Walks through two values side by side, within limits, and whatever their objects do.

Note [Objects of the host]: a value may raise when it is compared, hashed, measured or read. That is a difference of
its own, with a note, and the walk goes on beside it. Only what the seam names as ``passing`` (Celery's soft time
limit) goes through: it concerns the whole process.
"""

from collections import OrderedDict
from collections.abc import Callable, Container, Mapping, Sequence, Sized
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import fields
from itertools import islice
from typing import Any, Final, NoReturn

from migration_harness.comparing.allowances import Allowances
from migration_harness.comparing.arrays import are_wholly_equal, shape_of, size_of_array
from migration_harness.comparing.equality import (
    Family,
    family_of,
    has_own_word,
    is_plain_key,
    is_view_of_items,
    plainly_same,
    same,
    says_equal,
)
from migration_harness.comparing.frames import parts_of
from migration_harness.comparing.kinds import ABSENT, Difference, Kind
from migration_harness.comparing.limits import Limits, cut, size_of
from migration_harness.comparing.lookup import index
from migration_harness.comparing.moments import are_unlike
from migration_harness.comparing.multiset import Contents, TooMuch, is_reordered, match
from migration_harness.comparing.paths import Index, Key, Member, Step, Steps, path_text
from migration_harness.comparing.rows import are_ordered, rows_of
from migration_harness.comparing.stored import columns_of, held_by
from migration_harness.comparing.sure import surely_equal
from migration_harness.comparing.tolerance import within

_Pair = tuple[int, int]


class _Exhausted(Exception):
    """A limit of the whole walk is reached."""


class Walk:
    """One comparison: what it has found, and how much it may still look at."""

    def __init__(
        self, *, root: str, allowances: Allowances, limits: Limits, passing: tuple[type[BaseException], ...]
    ) -> None:
        self._root = root
        self._allowances = allowances
        self._limits = limits
        self._through: tuple[type[BaseException], ...] = (_Exhausted, *passing)
        self._whole: tuple[Any, Any] = (None, None)
        self._found: list[Difference] = []
        self._left = limits.nodes
        self._contents = Contents(allowances=allowances, limits=limits, passing=passing)
        self._above: set[_Pair] = set()
        # Kept with the values: an id is that of another object when its own is gone.
        self._equal: dict[_Pair, tuple[Any, Any]] = {}

    def differences(self, control: Any, candidate: Any) -> tuple[Difference, ...]:
        """Return every field in which the candidate differs."""
        self._whole = control, candidate
        with suppress(_Exhausted):
            self._compare(control, candidate, ())
        return tuple(self._found)

    def _compare(self, control: Any, candidate: Any, steps: Steps) -> None:
        if control is candidate or (self._allowances and self._allowances.ignore(steps)):
            return
        before = len(self._found)
        try:
            family = family_of(control, candidate)
            if family is None:
                self._compare_whole(control, candidate, steps)
            else:
                self._look_into(family, control, candidate, steps)
        except self._through:
            raise
        except Exception as error:  # noqa: BLE001  Note [Objects of the host].
            del self._found[before:]
            note = f"could not be compared: {type(error).__name__}"
            self._add(Kind.VALUE, control, candidate, steps, note)

    def _compare_whole(self, control: Any, candidate: Any, steps: Steps) -> None:
        if same(control, candidate, passing=self._through):
            return
        tolerance = self._allowances.tolerance_at(steps) if self._allowances else None
        if tolerance is None or not within(tolerance, control, candidate):
            is_one_type = type(control) is type(candidate) and not are_unlike(control, candidate)
            self._add(Kind.VALUE if is_one_type else Kind.TYPE, control, candidate, steps)

    def _look_into(self, family: Family, control: Any, candidate: Any, steps: Steps) -> None:
        pair = (id(control), id(candidate))
        # A pair that is being compared above is a cycle: it adds nothing of its own.
        if pair in self._above or pair in self._equal or self._says_equal(control, candidate):
            return
        if len(steps) >= self._limits.depth:
            self._cut(control, candidate, steps, f"deeper than {self._limits.depth} levels, not compared")
            return
        before = len(self._found)
        self._above.add(pair)
        try:
            _INSIDE[family](self, control, candidate, steps)
        finally:
            self._above.discard(pair)
        # With allowances, what is equal at one place may not be at another.
        if len(self._found) == before and not self._allowances:
            self._equal[pair] = (control, candidate)

    def _says_equal(self, control: Any, candidate: Any) -> bool:
        """Ask what decides for itself what of it is equal; what cannot answer is looked into."""
        try:
            return has_own_word(control, candidate) and says_equal(control, candidate, passing=self._through)
        except self._through:
            raise
        except Exception:  # noqa: BLE001  Note [Objects of the host].
            return False

    def _compare_mappings(self, control: Mapping[Any, Any], candidate: Mapping[Any, Any], steps: Steps) -> None:
        self._spend(control, candidate, steps)
        ours, theirs = index(control, self._limits.items), index(candidate, self._limits.items)
        for sought, key in ours.items():
            if (twin := self._twin(sought, key, candidate, theirs)) is ABSENT:
                self._report(Kind.MISSING, control[key], ABSENT, steps, Key(key))
            elif not plainly_same(value := control[key], other := candidate[twin]):
                self._compare(value, other, (*steps, Key(key)))
        for sought, key in theirs.items():
            if self._twin(sought, key, control, ours) is ABSENT:
                self._report(Kind.EXTRA, ABSENT, candidate[key], steps, Key(key))
        self._say_what_was_left(control, candidate, steps)
        if isinstance(control, OrderedDict) and isinstance(candidate, OrderedDict):
            keys = list(control), list(candidate)
            if keys[0] != keys[1] and set(keys[0]) == set(keys[1]):
                self._add(Kind.ORDER, control, candidate, steps)

    def _compare_sets(self, control: AbstractSet[Any], candidate: AbstractSet[Any], steps: Steps) -> None:
        if is_view_of_items(control, candidate):
            self._compare_mappings(dict(control), dict(candidate), steps)
            return
        self._spend(control, candidate, steps)
        ours, theirs = index(control, self._limits.items), index(candidate, self._limits.items)
        missing = [member for sought, member in ours.items() if self._twin(sought, member, candidate, theirs) is ABSENT]
        extra = [member for sought, member in theirs.items() if self._twin(sought, member, control, ours) is ABSENT]
        self._compare_left_members(missing, extra, steps)
        self._say_what_was_left(control, candidate, steps)

    def _twin(self, sought: Any, key: Any, others: Container[Any], index: Mapping[Any, Any]) -> Any:
        """Return the key or member of the other side that equals this one, ABSENT if there is none."""
        if is_plain_key(key):
            # Not by the index: it ends where the limit does.
            return key if key in others else ABSENT
        twin = index.get(sought, ABSENT)
        return twin if twin is not ABSENT and surely_equal(key, twin, passing=self._through) else ABSENT

    def _compare_left_members(self, missing: list[Any], extra: list[Any], steps: Steps) -> None:
        """Match the members that were not found by their hash with those that hold the same."""
        pairs: list[tuple[Any, Any]] = []
        if missing and extra and not all(map(is_plain_key, missing)):
            with suppress(TooMuch):
                found = match(missing, extra, contents=self._contents, steps=steps)
                pairs = [(one.value, other.value) for one, other in found.pairs]
                missing, extra = [each.value for each in found.missing], [each.value for each in found.extra]
        for one, other in pairs:
            self._compare(one, other, (*steps, Member(one)))
        for member in missing:
            self._report(Kind.MISSING, member, ABSENT, steps, Member(member))
        for member in extra:
            self._report(Kind.EXTRA, ABSENT, member, steps, Member(member))

    def _compare_dataclasses(self, control: Any, candidate: Any, steps: Steps) -> None:
        names = [field.name for field in fields(control) if field.compare]
        self._spend(names, names, steps)
        for name in names:
            self._compare(getattr(control, name), getattr(candidate, name), (*steps, Key(name)))

    def _compare_models(self, control: Any, candidate: Any, steps: Steps) -> None:
        left, right = held_by(control), held_by(candidate)
        names = [name for name in columns_of(type(control)) if name in left and name in right]
        self._spend(names, names, steps)
        for name in names:
            self._compare(left[name], right[name], (*steps, Key(name)))

    def _compare_objects(self, control: Any, candidate: Any, steps: Steps) -> None:
        self._compare_mappings(held_by(control), held_by(candidate), steps)

    def _compare_arrays(self, control: Any, candidate: Any, steps: Steps) -> None:
        self._spend((), (), steps)
        shapes = shape_of(control), shape_of(candidate)
        if shapes[0] != shapes[1]:
            self._add(Kind.LENGTH, control, candidate, steps, f"shapes {shapes[0]} and {shapes[1]}")
        elif size_of_array(control) <= self._limits.items:
            self._compare(control.tolist(), candidate.tolist(), steps)
        elif not are_wholly_equal(control, candidate):
            self._cut(control, candidate, steps, f"more than {self._limits.items:,} elements, not compared one by one")

    def _compare_frames(self, control: Any, candidate: Any, steps: Steps) -> None:
        if are_wholly_equal(control, candidate):
            return
        if max(size_of_array(control), size_of_array(candidate)) > self._limits.items:
            self._cut(control, candidate, steps, f"more than {self._limits.items:,} elements, not compared one by one")
            return
        self._compare_mappings(parts_of(control), parts_of(candidate), steps)

    def _compare_rows(self, control: Any, candidate: Any, steps: Steps) -> None:
        most = self._limits.rows
        rows = rows_of(control, most), rows_of(candidate, most)
        is_ordered = are_ordered(control, candidate)
        if is_ordered or max(map(len, rows)) <= most:
            compare = self._compare_sequences if is_ordered else self._compare_without_order
            compare(rows[0][:most], rows[1][:most], steps)
        if max(map(len, rows)) > most:
            which = (
                f"the first {most:,} rows are compared" if is_ordered else f"more than {most:,} rows without an order"
            )
            self._cut(control, candidate, steps, which)

    def _compare_without_order(self, control: Sequence[Any], candidate: Sequence[Any], steps: Steps) -> None:
        self._spend(control, candidate, steps)
        self._match(control, candidate, steps)

    def _compare_exceptions(self, control: Any, candidate: Any, steps: Steps) -> None:
        before = len(self._found)
        try:
            self._compare(control.args, candidate.args, steps)
        finally:
            if len(self._found) > before:
                del self._found[before:]
                self._add(Kind.VALUE, control, candidate, steps, "other arguments")

    def _compare_sequences(self, control: Sequence[Any], candidate: Sequence[Any], steps: Steps) -> None:
        if self._allowances and self._allowances.is_unordered(steps):
            self._compare_without_order(control, candidate, steps)
            return
        self._spend(control, candidate, steps)
        if len(control) != len(candidate):
            note = f"{len(control):,} and {len(candidate):,} elements"
            self._add(Kind.LENGTH, control, candidate, steps, note)
        else:
            self._compare_in_order(control, candidate, steps)

    def _compare_in_order(self, control: Sequence[Any], candidate: Sequence[Any], steps: Steps) -> None:
        before, apart = len(self._found), 0
        for position, (left, right) in enumerate(islice(zip(control, candidate, strict=True), self._limits.items)):
            if plainly_same(left, right):
                continue
            seen = len(self._found)
            self._compare(left, right, (*steps, Index(position)))
            if len(self._found) > seen:
                apart += 1
                # One element alone cannot be in another place.
                if apart == 2 and self._are_reordered(control, candidate, steps):  # noqa: PLR2004
                    del self._found[before:]
                    self._add(Kind.ORDER, control, candidate, steps)
                    return
        self._say_what_was_left(control, candidate, steps)

    def _are_reordered(self, control: Sequence[Any], candidate: Sequence[Any], steps: Steps) -> bool:
        fits = len(control) <= self._limits.items
        return fits and is_reordered(control, candidate, contents=self._contents, steps=steps)

    def _match(self, control: Sequence[Any], candidate: Sequence[Any], steps: Steps) -> None:
        if max(len(control), len(candidate)) > self._limits.items:
            self._cut(control, candidate, steps, f"more than {self._limits.items:,} without an order, not compared")
            return
        try:
            found = match(control, candidate, contents=self._contents, steps=steps)
        except TooMuch:
            self._cut(control, candidate, steps, "holds too much to be matched without an order, not compared")
            return
        for ours, theirs in found.pairs:
            self._compare(ours.value, theirs.value, (*steps, Index(ours.position)))
        for element in found.missing:
            self._report(Kind.MISSING, element.value, ABSENT, steps, Index(element.position))
        for element in found.extra:
            self._report(Kind.EXTRA, ABSENT, element.value, steps, Index(element.position))

    def _report(self, kind: Kind, control: Any, candidate: Any, steps: Steps, step: Step) -> None:
        """Add what one side alone has, where it is not left out."""
        inner = (*steps, step)
        if not (self._allowances and self._allowances.ignore(inner)):
            self._add(kind, control, candidate, inner)

    def _spend(self, control: Sized, candidate: Sized, steps: Steps) -> None:
        """Count the elements of two collections as looked at, before they are."""
        self._left -= 1 + min(max(len(control), len(candidate)), self._limits.items)
        if self._left < 0:
            self._end(steps, f"{self._limits.nodes:,} values are compared")

    def _say_what_was_left(self, control: Sized, candidate: Sized, steps: Steps) -> None:
        if max(len(control), len(candidate)) > self._limits.items:
            self._cut(control, candidate, steps, f"the first {self._limits.items:,} are compared")

    def _add(self, kind: Kind, control: Any, candidate: Any, steps: Steps, note: str = "") -> None:
        if len(self._found) >= self._limits.differences:
            self._end(steps, f"{self._limits.differences:,} differences are named")
        self._found.append(
            Difference(
                path=path_text(self._root, steps),
                kind=kind,
                control=self._kept(control),
                candidate=self._kept(candidate),
                steps=steps,
                note=note,
            )
        )

    def _kept(self, value: Any) -> Any:
        """Return the value, or what stands for one that is too large to keep."""
        kind = type(value)
        if issubclass(kind, str | bytes | bytearray):
            most = self._limits.text
        elif issubclass(kind, Mapping | AbstractSet | Sequence):
            most = self._limits.items
        else:
            return value
        size = size_of(value)
        return value if size is not None and size <= most else cut(value, "too long to keep")

    def _cut(self, control: Any, candidate: Any, steps: Steps, reason: str) -> None:
        """Add that two values are not compared to their end."""
        self._add(Kind.VALUE, cut(control, reason), cut(candidate, reason), steps, reason)

    def _end(self, steps: Steps, reason: str) -> NoReturn:
        """Say of the whole value that its rest is not compared. At its root: where a limit is reached may vary."""
        control, candidate = self._whole
        note = f"{reason}, the rest from {path_text(self._root, steps)} on is not"
        self._found.append(
            Difference(
                path=self._root,
                kind=Kind.VALUE,
                control=cut(control, note),
                candidate=cut(candidate, note),
                note=note,
            )
        )
        raise _Exhausted


_INSIDE: Final[Mapping[Family, Callable[[Walk, Any, Any, Steps], None]]] = {
    Family.MAPPING: Walk._compare_mappings,  # noqa: SLF001  The table of the class itself.
    Family.SET: Walk._compare_sets,  # noqa: SLF001
    Family.SEQUENCE: Walk._compare_sequences,  # noqa: SLF001
    Family.ROWS: Walk._compare_rows,  # noqa: SLF001
    Family.FRAME: Walk._compare_frames,  # noqa: SLF001
    Family.ARRAY: Walk._compare_arrays,  # noqa: SLF001
    Family.DATACLASS: Walk._compare_dataclasses,  # noqa: SLF001
    Family.MODEL: Walk._compare_models,  # noqa: SLF001
    Family.OBJECT: Walk._compare_objects,  # noqa: SLF001
    Family.EXCEPTION: Walk._compare_exceptions,  # noqa: SLF001
}
