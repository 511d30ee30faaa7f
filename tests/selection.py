"""Which cases of a product run in ``make test``: a few that cover it. ``SOAK=1`` runs all, as ``make soak`` does.

Where a test's parameters multiply, ``@pytest.mark.covering`` has each value of each of them in one case at least;
``covering(together=2)`` has each value of one with each value of every other. Cases that once found a fault are named
in ``always``, by what stands in brackets behind the test's name. A loop asks :func:`covering` for the same choice.

A case is chosen by its places on the axes, whose sum has to be divisible. By what, :func:`step` says: it leaves as few
as can be, and the same ones in every run.
"""

import os
import re
from collections.abc import Iterable, Sequence
from itertools import groupby, product
from typing import Any, Final

import pytest

FULL: Final = os.environ.get("SOAK") == "1"


def step(lengths: Iterable[int], *, together: int = 1) -> int:
    """Return what the sum of a case's places has to be divisible by, so that any ``together`` values meet.

    Whatever their places are, one on any further axis makes the sum divisible where that axis is as long as the step.
    One of the ``together + 1`` longest is free: the shortest of these is the step. 1 where there are no more axes.
    """
    longest = sorted(lengths, reverse=True)
    return longest[together] if len(longest) > together else 1


def covering(*axes: Sequence[Any], together: int = 1, full: bool = FULL) -> list[tuple[Any, ...]]:
    """Return cases of a product that have any ``together`` values of different axes in one of them; all if ``full``."""
    divisor = 1 if full else step(map(len, axes), together=together)
    places = product(*(range(len(axis)) for axis in axes))
    return [tuple(axis[at] for axis, at in zip(axes, each, strict=True)) for each in places if sum(each) % divisor == 0]


def deselect(config: pytest.Config, items: list[pytest.Item], *, full: bool = FULL) -> None:
    """Take the cases out that others cover, in place, and tell pytest so."""
    if full:
        return
    kept: list[pytest.Item] = []
    for _, group in groupby(items, key=_test_of):
        cases = list(group)
        mark = cases[0].get_closest_marker("covering")
        kept += cases if mark is None else _chosen(cases, **mark.kwargs)
    if len(kept) < len(items):
        chosen = set(kept)
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = kept


def _test_of(item: pytest.Item) -> str:
    """Return the name of a test without what its parameters are."""
    return item.nodeid.partition("[")[0]


def _chosen(cases: list[pytest.Item], *, together: int = 1, always: Sequence[str] = ()) -> list[pytest.Item]:
    """Return the cases of one test that cover it, by their places among those that were asked for."""
    specs = [case.callspec for case in cases]  # type: ignore[attr-defined]  # Of every test that has parameters.
    axes = [_places([[id(spec.params[name]) for name in names] for spec in specs]) for names in _axes_of(cases[0])]
    divisor = step([len(set(axis)) for axis in axes], together=together)
    return [
        case
        for case, spec, *places in zip(cases, specs, *axes, strict=True)
        if sum(places) % divisor == 0 or spec.id in always
    ]


def _axes_of(case: pytest.Item) -> list[list[str]]:
    """Return the names of its parameters, together those that are given their values together."""
    marks = [mark.args[0] if mark.args else mark.kwargs["argnames"] for mark in case.iter_markers("parametrize")]
    return [re.split(r"[\s,]+", names) if isinstance(names, str) else list(names) for names in marks]


def _places(values: list[list[int]]) -> list[int]:
    """Return where each stands among those that differ."""
    known: dict[tuple[int, ...], int] = {}
    return [known.setdefault(tuple(each), len(known)) for each in values]
