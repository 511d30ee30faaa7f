"""Zeros with a minus: equal to zero by every ``==``, and told otherwise wherever they are shown or divided by.

A live call is no mismatch by them: nobody has paid another amount. A search before live calls finds them.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any, Final

from migration_harness.comparing.comparator import Judgement, Verdict
from migration_harness.comparing.difference import Difference, Kind

_NOTE: Final = "equal, and one is a zero with a minus: as text they differ"


def strictly(judgement: Judgement, control: Any, candidate: Any, *, root: str) -> Judgement:
    """Return the judgement of two answers; no match where one has a zero with a minus and the other one has none."""
    if judgement.verdict is not Verdict.MATCH:
        return judgement
    mine, its = dict(_negative(control, root)), dict(_negative(candidate, root))
    apart = tuple(
        Difference(path=path, kind=Kind.VALUE, control=mine.get(path, 0), candidate=its.get(path, 0), note=_NOTE)
        for path in sorted(mine.keys() ^ its.keys())
    )
    return Judgement(verdict=Verdict.MISMATCH, differences=apart) if apart else judgement


def _negative(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    match value:
        case float() | Decimal():
            if value == 0 and math.copysign(1, value) < 0:
                yield path, value
        case Mapping():
            for key, inner in value.items():
                yield from _negative(inner, f"{path}.{key}")
        case list() | tuple():
            for index, inner in enumerate(value):
                yield from _negative(inner, f"{path}[{index}]")
        case _ if is_dataclass(value) and not isinstance(value, type):
            for field in fields(value):
                yield from _negative(getattr(value, field.name), f"{path}.{field.name}")
