"""What the overview shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dashboards.flag_card import FlagCard, cards_and_events
from dashboards.labels import PHASES, REVIEWS, VERDICTS, Label, Tone
from dashboards.numbers import Sums, sums_of
from dashboards.trail import Event
from dashboards.worth_saying import Line, lines
from migration_harness import queries
from migration_harness.queries import Cause, Discrepancy, DriftStatus, Heard, PhaseStatus, SeamStatus
from migration_harness.rollout.standing import gates_by_phase
from migration_harness.wording import age

EVENTS: Final = 10
MOST_OPEN: Final = 100
"""Discrepancies that need a review, as many as a person would go through; the command lists the rest."""
MOST_CAUSES: Final = 25
"""Causes of several discrepancies, the most frequent ones."""
MOST_REVIEWED: Final = 25
"""The others, which are folded away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseRow:
    """A phase, the label of its state, and how many of its gates are open, of how many."""

    status: PhaseStatus
    state: Label
    gates: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How often a seam had one verdict. ``wrong``: somebody has to look at it."""

    label: Label
    count: int

    @property
    def wrong(self) -> bool:
        """Whether there are some of a bad verdict."""
        return self.count > 0 and self.label.tone is Tone.BAD


@dataclass(frozen=True, slots=True, kw_only=True)
class SeamRow:
    """A seam, its comparisons by verdict, what it lost, where it is not compared for now, both sums if it measures."""

    status: SeamStatus
    open_breakers: int
    dropped: int
    counts: list[Count]
    sums: Sums | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRow:
    """A write seam whose stores differ, and how long its oldest drift waits."""

    status: DriftStatus
    oldest: str


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
class OverviewPage:
    """The whole page, as the database had it ``at`` this time."""

    at: datetime
    waiting: int
    proposed: int
    awaited: int
    unsigned: int
    compared: int
    last_at: datetime | None
    silent: list[Heard]
    rolled_back: list[str]
    verdicts: list[Label]
    phases: list[PhaseRow]
    flags: list[FlagCard]
    seams: list[SeamRow]
    causes: list[CauseRow]
    open: Rows
    reviewed: Rows
    drift: list[DriftRow]
    drifted: int
    events: list[Event]
    lines: list[Line]


def overview_page(*, now: datetime) -> OverviewPage:
    """Read everything once and shape it; the number of queries does not depend on what is found."""
    flags, seams = queries.flag_statuses(), queries.seam_statuses()
    found = queries.discrepancies()
    silent = queries.silent(queries.heard(now=now))
    waiting = queries.needs_review(found)
    drift, breakers, dropped = queries.drift_statuses(), queries.open_breakers(), queries.dropped_comparisons()
    units = {seam.name: seam.measure for seam in seams}
    cards, trail = cards_and_events(flags, queries.audit_events(limit=EVENTS))
    return OverviewPage(
        at=now,
        waiting=waiting,
        proposed=len(queries.explanations(state="proposed")),
        awaited=len(queries.approvals_awaited(now=now)),
        unsigned=len(queries.not_countersigned()),
        compared=sum(seam.comparisons for seam in seams),
        last_at=max((seam.last_at for seam in seams if seam.last_at), default=None),
        silent=silent,
        rolled_back=[flag.name for flag in flags if flag.everyone is False],
        verdicts=list(VERDICTS.values()),
        phases=_phases(),
        flags=cards,
        seams=[_seam(seam, breakers.get(seam.name, 0), dropped.get(seam.name, 0)) for seam in seams],
        # Those that need a person come first.
        causes=[
            CauseRow(found=each, verdict=VERDICTS[each.verdict])
            for each in queries.causes_of(found[:waiting])
            if len(each.discrepancies) > 1
        ][:MOST_CAUSES],
        open=rows_of(found[:waiting], units, most=MOST_OPEN),
        reviewed=rows_of(found[waiting:], units, most=MOST_REVIEWED),
        drift=[_drift(each) for each in drift if each.open],
        drifted=queries.open_drift(drift),
        events=trail,
        lines=lines(now=now, silent=silent),
    )


def _phases() -> list[PhaseRow]:
    gates = gates_by_phase()
    return [
        PhaseRow(status=status, state=PHASES[status.state], gates=gates[status.phase.number])
        for status in queries.phase_statuses()
    ]


def _seam(seam: SeamStatus, open_breakers: int, dropped: int) -> SeamRow:
    return SeamRow(
        status=seam,
        open_breakers=open_breakers,
        dropped=dropped,
        counts=[Count(label=label, count=seam.verdicts[verdict]) for verdict, label in VERDICTS.items()],
        sums=sums_of(seam.measure, seam.control_sum, seam.candidate_sum, one_sided=seam.one_sided),
    )


def _drift(drift: DriftStatus) -> DriftRow:
    return DriftRow(status=drift, oldest="" if drift.oldest_seconds is None else age(drift.oldest_seconds))


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
