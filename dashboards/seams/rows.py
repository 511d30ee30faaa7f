"""What the page of seams shows."""

from dataclasses import dataclass
from datetime import datetime

from dashboards.labels import VERDICTS, Label, Tone
from dashboards.numbers import Sums, sums_of
from migration_harness import queries
from migration_harness.queries import DriftStatus, SeamStatus
from migration_harness.wording import age


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
class SeamsPage:
    """Every seam, and every write that has reached one store only, as the database had them ``at`` this time."""

    at: datetime
    verdicts: list[Label]
    seams: list[SeamRow]
    drift: list[DriftRow]
    drifted: int


def seams_page(*, now: datetime) -> SeamsPage:
    """Read all of it; the number of queries does not depend on what is found."""
    breakers, dropped, drift = queries.open_breakers(), queries.dropped_comparisons(), queries.drift_statuses()
    return SeamsPage(
        at=now,
        verdicts=list(VERDICTS.values()),
        seams=[_seam(seam, breakers.get(seam.name, 0), dropped.get(seam.name, 0)) for seam in queries.seam_statuses()],
        drift=[_drift(each) for each in drift if each.open],
        drifted=queries.open_drift(drift),
    )


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
