"""Inputs to try: from the types of the signature, from what the host names, and from past calls, changed a little.

Imports hypothesis: only what searches may import this.
"""

import inspect
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from django.db.models import Model
from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException

from migration_harness.exceptions import NotExplorable
from migration_harness.seams.seam import Seam

Call = Mapping[str, Any]
Strategy = st.SearchStrategy[Any]

MOST_ROWS: Final = 20
"""Rows of a model that are tried where an argument is one."""
_MOST_TIMES: Final = 20
"""A boundary is tried up to this many times over."""
_MOST_CHANGED: Final = 2
"""Arguments of a past call that are changed at once."""


_NOWHERE: Final = object()


class Inputs:
    """Makes the calls of one seam, of every kind that the host declares; of any kind, where it declares none."""

    def __init__(
        self, seam: Seam[Any, Any], *, named: Sequence[Mapping[str, Sequence[Any]]], past: Sequence[Call]
    ) -> None:
        self._kinds = [_Kind(seam, named=each, past=past) for each in named or ({},)]

    def calls(self, more: Sequence[Call] = ()) -> Strategy:
        """Return calls of any kind; ``more`` are changed a little as past calls are."""
        return st.one_of([kind.calls(more) for kind in self._kinds])

    def allows(self, call: Call) -> bool:
        """Tell whether a call is one that could be made: nothing lacks, no number past an end, no other choice."""
        return any(kind.allows(call) for kind in self._kinds)


class _Kind:
    """Calls of one kind.

    Attributes:
        ends: The smallest and the greatest number by the path that the host names numbers for.
        choices: What the host names for a path that is no number, and the rows of a model.
    """

    def __init__(self, seam: Seam[Any, Any], *, named: Mapping[str, Sequence[Any]], past: Sequence[Call]) -> None:
        self._seam = seam
        self._past = past
        numbers = {path: values for path, values in named.items() if values and all(map(_is_number, values))}
        self._numbers = {path: sorted(set(values)) for path, values in numbers.items()}
        self.ends = {path: (values[0], values[-1]) for path, values in self._numbers.items()}
        self.choices = {path: list(values) for path, values in named.items() if path not in numbers}
        hints = _hints(seam)
        self._parameters = {
            name: each
            for name, each in inspect.signature(seam.candidate).parameters.items()
            if each.kind not in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        }
        self._needed = {name for name, each in self._parameters.items() if each.default is inspect.Parameter.empty}
        self._arguments = {name: self._argument(name, hints.get(name)) for name in self._parameters}

    def calls(self, more: Sequence[Call] = ()) -> Strategy:
        """Return calls of this kind, fresh or changed a little."""
        fresh: Strategy = st.fixed_dictionaries(self._arguments)
        known = [call for call in (*self._past, *more) if self.allows(call)]
        return st.one_of(fresh, self._changed(known)) if known else fresh

    def allows(self, call: Call) -> bool:
        """Tell whether a call is of this kind."""
        if not self._needed <= call.keys() <= self._arguments.keys():
            return False
        for path, (low, high) in self.ends.items():
            if (number := _at(call, path)) is not _NOWHERE and not low <= number <= high:
                return False
        chosen = ((_at(call, path), values) for path, values in self.choices.items())
        return all(value is _NOWHERE or value in values for value, values in chosen)

    def _changed(self, known: Sequence[Call]) -> Strategy:
        @st.composite
        def changed(draw: st.DrawFn) -> dict[str, Any]:
            call = dict(draw(st.sampled_from(known)))
            names = draw(st.lists(st.sampled_from(sorted(self._arguments)), max_size=_MOST_CHANGED, unique=True))
            return call | {name: draw(self._arguments[name]) for name in names}

        return changed()

    def _argument(self, name: str, hint: Any) -> Strategy:
        default = self._parameters[name].default
        found = self._values(name, hint)
        if default is not inspect.Parameter.empty:
            return st.just(default) if found is None else st.one_of(st.just(default), found)
        if found is None:
            raise NotExplorable(
                f"{self._seam.name}: nobody knows a value of the argument {name}. Annotate it with a type that can be "
                f"made, or name values of it beside the seam: Boundaries(seams=({self._seam.name!r},), values=…)."
            )
        return found

    def _values(self, path: str, hint: Any) -> Strategy | None:
        """Return values for what is at a path; None where nobody knows any."""
        if path in self._numbers:
            return _numbers(self._numbers[path])
        if path in self.choices:
            return st.sampled_from(self.choices[path]) if self.choices[path] else None
        seen = _distinct(call[path] for call in self._past if path in call)
        typed = None if hint is None else self._typed(path, hint)
        if not seen or _has_named_inside(path, [*self._numbers, *self.choices]):
            return typed
        return st.sampled_from(seen) if typed is None else st.one_of(st.sampled_from(seen), typed)

    def _typed(self, path: str, hint: Any) -> Strategy | None:
        if get_origin(hint) in (Union, types.UnionType):
            found = [each for each in (self._values(path, inner) for inner in get_args(hint)) if each is not None]
            return st.one_of(found) if found else None
        if hint is type(None):
            return st.none()
        if isinstance(hint, type) and issubclass(hint, Model):
            rows = list(hint._default_manager.order_by("pk")[:MOST_ROWS])  # noqa: SLF001  The documented way.
            self.choices[path] = rows
            return st.sampled_from(rows) if rows else None
        if isinstance(hint, type) and is_dataclass(hint):
            return self._dataclass(path, hint)
        try:
            found_by_type: Strategy = _finite(hint) or st.from_type(hint)
            found_by_type.validate()
        except HypothesisException:
            return None
        return found_by_type

    def _dataclass(self, path: str, kind: type) -> Strategy | None:
        hints = get_type_hints(kind)
        inner = {each.name: self._values(f"{path}.{each.name}", hints[each.name]) for each in fields(kind) if each.init}
        if None in inner.values():
            return None

        @st.composite
        def made(draw: st.DrawFn) -> Any:
            values = {name: draw(each) for name, each in inner.items() if each is not None}
            try:
                return kind(**values)
            except (ValueError, TypeError):
                # What the class itself refuses is no input.
                reject()

        return made()


def _hints(seam: Seam[Any, Any]) -> dict[str, Any]:
    try:
        return get_type_hints(inspect.unwrap(seam.candidate))
    except (NameError, TypeError):
        # A name that is imported for type checkers alone: what has no hint needs values.
        return {}


def _at(call: Call, path: str) -> Any:
    name, *parts = path.split(".")
    value = call.get(name, _NOWHERE)
    for part in parts:
        value = getattr(value, part, _NOWHERE)
    return value


def _is_number(value: Any) -> bool:
    return type(value) in (int, float, Decimal)


def _numbers(named: Sequence[Any]) -> Strategy:
    """Return numbers between the ends: what was named, neighbours, multiples, and any other one."""
    low, high = named[0], named[-1]

    def within(number: Any) -> bool:
        return bool(low <= number <= high)

    kind = type(high)
    whole = all(type(each) is int for each in named)
    between: Strategy
    if whole:
        between = st.integers(low, high)
    elif kind is float:
        between = st.floats(float(low), float(high))
    else:
        between = st.decimals(Decimal(low), Decimal(high), places=max(map(_places, named)))
    edges = [each for number in named for each in (number, number + 1, number - 1) if within(each)]
    times = st.builds(
        lambda number, times, more: number * times + more,
        st.sampled_from(named),
        st.integers(1, _MOST_TIMES),
        st.sampled_from((0, 1, -1)),
    )
    return st.one_of(st.sampled_from(list(dict.fromkeys(edges))), times.filter(within), between)


def _places(number: Any) -> int:
    """Return the digits after the point: those between the named ones have no more."""
    exponent = Decimal(number).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _finite(hint: Any) -> Strategy | None:
    """Return numbers that are numbers: what is none is no money, and nobody would call it an input."""
    if hint is float:
        return st.floats(allow_nan=False, allow_infinity=False)
    return st.decimals(allow_nan=False, allow_infinity=False) if hint is Decimal else None


def _has_named_inside(path: str, named: Iterable[str]) -> bool:
    return any(each.startswith(f"{path}.") for each in named)


def _distinct(values: Iterable[Any]) -> list[Any]:
    """Return each value once, in order; what cannot be compared quickly counts by its identity."""
    found: dict[Any, Any] = {}
    for value in values:
        try:
            found.setdefault(value, value)
        except TypeError:
            found.setdefault(id(value), value)
    return list(found.values())
