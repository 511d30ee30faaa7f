"""What the list of discrepancies shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import QueryDict

from dashboards.discrepancies.asking import Filter, filter_of
from dashboards.labels import REVIEWS, VERDICTS, Label
from dashboards.numbers import Sums, sums_of
from migration_harness import queries
from migration_harness.deciding.registry import seams
from migration_harness.queries import Cause, Discrepancy

MOST_CAUSES: Final = 25
"""Causes of several discrepancies, the most frequent ones."""
MOST_REVIEWED: Final = 25
"""The others, which are folded away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscrepancyRow:
    """A discrepancy in one line."""

    found: Discrepancy
    state: Label
    verdict: Label
    sums: Sums | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The first discrepancies of a list and how many there are in all."""

    shown: list[DiscrepancyRow]
    total: int

    @property
    def hidden(self) -> int:
        """How many are not shown."""
        return self.total - len(self.shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseRow:
    """What several discrepancies have in common."""

    found: Cause
    verdict: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscrepanciesPage:
    """All of them, as the database had them ``at`` this time; ``open`` are those that need a person and are asked for.

    ``waiting`` are all that need one. ``pulse``: asked for with it, nothing comes back until something has happened.
    """

    at: datetime
    pulse: str
    filter: Filter
    waiting: int
    causes: list[CauseRow]
    open: list[DiscrepancyRow]
    reviewed: Rows


def discrepancies_page(asked: QueryDict, *, now: datetime) -> DiscrepanciesPage:
    """Read them once, those that need a person first."""
    # Before them: what happens meanwhile is shown the next time.
    pulse, found = queries.pulse(), queries.discrepancies()
    waiting = queries.needs_review(found)
    wanted = filter_of(asked, found[:waiting])
    units = {seam.name: seam.measure for seam in seams}
    return DiscrepanciesPage(
        at=now,
        pulse=pulse,
        filter=wanted,
        waiting=waiting,
        causes=[
            CauseRow(found=each, verdict=VERDICTS[each.verdict])
            for each in queries.causes_of(wanted.found)
            if len(each.discrepancies) > 1
        ][:MOST_CAUSES],
        open=rows_of(wanted.found, units, most=waiting).shown,
        reviewed=rows_of(found[waiting:], units, most=MOST_REVIEWED),
    )


def rows_of(found: list[Discrepancy], units: dict[str, str | None], *, most: int) -> Rows:
    """Return the first discrepancies of a list, each in one line; ``units`` are the measures of their seams."""
    return Rows(shown=[_row(each, units.get(each.seam)) for each in found[:most]], total=len(found))


def _row(found: Discrepancy, unit: str | None) -> DiscrepancyRow:
    return DiscrepancyRow(
        found=found,
        state=REVIEWS[found.state],
        verdict=VERDICTS[found.verdict],
        sums=sums_of(unit, found.control_sum, found.candidate_sum, one_sided=found.one_sided),
    )
