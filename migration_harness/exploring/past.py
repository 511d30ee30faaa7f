"""Past calls of a seam: what a search begins with, and how many come near what it has found."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, Final, cast

from migration_harness.conf import configured, setting
from migration_harness.evidence.recorded_usage import RecordedUsage
from migration_harness.exceptions import NotExportable
from migration_harness.log.rendering import render
from migration_harness.models import ComparisonSample
from migration_harness.reviewing.regression.rebuilding import rebuilt_call
from migration_harness.seams.asking import words_of
from migration_harness.seams.reconstruction import reconstruction_of
from migration_harness.seams.seam import Seam
from migration_harness.seams.sides import observe_guarded

Call = Mapping[str, Any]

SINCE: Final = timedelta(days=30)
MOST_READ: Final = 100_000
"""Recorded calls that are read."""
MOST_KEPT: Final = 2_000
"""Of them those that a search begins with, evenly spread."""
SAMPLES: Final = 200
"""Of comparisons that differed, the newest."""
_TWICE: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Past calls. ``each_stands_for`` as many recorded ones; samples of the log stand for themselves."""

    calls: Sequence[Call]
    groups: Sequence[tuple[str, ...]]
    each_stands_for: Decimal = Decimal(1)

    def near(self, call: Call, group: Sequence[str]) -> int:
        """Return how many recorded calls come near: of the same group, their numbers at most twice or half of its.

        Of a call all numbers are added up: tokens sent and tokens made are one size.
        """
        size, words = _size(render(call)), tuple(group)
        found = sum(
            1
            for past, its in zip(self.calls, self.groups, strict=True)
            if its == words and size <= _TWICE * _size(render(past)) <= _TWICE * _TWICE * size
        )
        return round(found * self.each_stands_for)


def past_calls(seam: Seam[Any, Any], *, now: datetime) -> Past:
    """Return recorded calls of a month, where the host has some; else those of the comparison log's samples."""
    calls, stand_for = _recorded(seam, now)
    if not calls:
        calls = list(_sampled(seam))
    return Past(calls=calls, groups=[_group(seam, call) for call in calls], each_stands_for=stand_for)


def held_still(seam: Seam[Any, Any]) -> AbstractContextManager[object]:
    """Hold still what both sides price by, where the host can."""
    usage = _usage(seam)
    return nullcontext() if usage is None else usage.steady()


def _usage(seam: Seam[Any, Any]) -> RecordedUsage | None:
    if not setting("RECORDED_USAGE"):
        return None
    usage = cast("RecordedUsage", configured("RECORDED_USAGE"))
    return usage if seam.name in usage.seams else None


def _recorded(seam: Seam[Any, Any], now: datetime) -> tuple[list[Call], Decimal]:
    usage = _usage(seam)
    if usage is None:
        return [], Decimal(1)
    scope: Any = {"seams": (seam.name,), "since": now - SINCE, "until": now}
    count = usage.count(**scope)
    step = -(-min(count, MOST_READ) // MOST_KEPT) or 1
    calls = [each.arguments for each in islice(usage.calls(**scope), 0, MOST_READ, step)]
    return list(calls), Decimal(count) / max(len(calls), 1)


def _sampled(seam: Seam[Any, Any]) -> Iterator[Call]:
    """Yield the calls of samples that can be made again."""
    declared = reconstruction_of(seam.name)
    for sample in ComparisonSample.objects.filter(seam=seam.name).order_by("-at")[:SAMPLES]:
        try:
            made = rebuilt_call(seam.candidate, sample.payload["call"], declared, sample.payload["kinds"])
        except (NotExportable, KeyError):
            continue
        yield {name: each.value for name, each in made.items()}


def _group(seam: Seam[Any, Any], call: Call) -> tuple[str, ...]:
    found, error, _, blocked = observe_guarded(lambda: words_of(seam.group_by((), dict(call))), (), {})
    return () if error is not None or blocked is not None else found


def _size(shown: Any) -> Decimal:
    match shown:
        case bool():
            return Decimal(0)
        case int():
            return Decimal(abs(shown))
        case dict():
            return sum(map(_size, shown.values()), Decimal(0))
        case list():
            return sum(map(_size, shown), Decimal(0))
    return Decimal(0)
