"""Runs of recorded usage, and what each found. Live evidence has no part in them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from migration_harness.comparing.comparator import UNEXPLAINED
from migration_harness.exceptions import UnknownRun
from migration_harness.models import Run, RunEvidence, RunSample


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSeam:
    """What a run found on one seam: comparisons by verdict, and sums of both measures."""

    seam: str
    revisions: tuple[str, ...]
    comparisons: int
    verdicts: Mapping[str, int]
    control_sum: Decimal | None
    candidate_sum: Decimal | None
    one_sided: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDiscrepancy:
    """The comparisons of a run that differ in the same way, with the first of their samples."""

    signature: str
    seam: str
    verdict: str
    group: tuple[str, ...]
    count: int
    accounts: int
    control_sum: Decimal | None
    candidate_sum: Decimal | None
    explanation: str
    sample: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """One run and what it found; discrepancies that nothing explains come first."""

    name: str
    actor: str
    started_at: datetime
    finished_at: datetime
    since: datetime
    until: datetime
    calls: int
    seams: tuple[RunSeam, ...]
    discrepancies: tuple[RunDiscrepancy, ...]


def runs() -> list[Run]:
    """Return all runs, the newest first."""
    return list(Run.objects.order_by("-finished_at"))


def run_result(name: str) -> RunResult:
    """Return one run with what it found; raises UnknownRun."""
    run = Run.objects.filter(pk=name).first()
    if run is None:
        raise UnknownRun(f"There is no run {name!r}. List them: python manage.py harness replay --runs")
    return RunResult(
        name=run.name,
        actor=run.actor,
        started_at=run.started_at,
        finished_at=run.finished_at,
        since=run.since,
        until=run.until,
        calls=run.calls,
        seams=tuple(_seams(run)),
        discrepancies=tuple(_discrepancies(run)),
    )


def _seams(run: Run) -> list[RunSeam]:
    rows = (
        RunEvidence.objects.filter(run=run)
        .values("seam", "revision", "verdict")
        .annotate(
            count=Sum("comparisons"), control=Sum("control_sum"), candidate=Sum("candidate_sum"), odd=Sum("one_sided")
        )
        .order_by("seam", "verdict", "revision")
    )
    by_seam: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_seam.setdefault(row["seam"], []).append(dict(row))
    return [_seam(name, found) for name, found in by_seam.items()]


def _seam(name: str, rows: list[dict[str, Any]]) -> RunSeam:
    verdicts: dict[str, int] = {}
    for row in rows:
        verdicts[row["verdict"]] = verdicts.get(row["verdict"], 0) + row["count"]
    return RunSeam(
        seam=name,
        revisions=tuple(sorted({row["revision"] for row in rows})),
        comparisons=sum(verdicts.values()),
        verdicts=verdicts,
        control_sum=_sum(row["control"] for row in rows),
        candidate_sum=_sum(row["candidate"] for row in rows),
        one_sided=sum(row["odd"] for row in rows),
    )


def _discrepancies(run: Run) -> list[RunDiscrepancy]:
    rows = (
        RunEvidence.objects.filter(run=run)
        .exclude(signature="")
        .values("signature", "seam", "verdict", "group")
        .annotate(
            count=Sum("comparisons"),
            accounts=Count("account_id", distinct=True),
            control=Sum("control_sum"),
            candidate=Sum("candidate_sum"),
        )
    )
    first = {
        each.signature: each
        for each in RunSample.objects.filter(run=run).order_by("signature", "pk").distinct("signature")
    }
    found = [_discrepancy(row, first.get(row["signature"])) for row in rows]
    return sorted(found, key=lambda each: (each.verdict not in UNEXPLAINED, -each.count, each.signature))


def _discrepancy(row: Mapping[str, Any], sample: RunSample | None) -> RunDiscrepancy:
    return RunDiscrepancy(
        signature=row["signature"],
        seam=row["seam"],
        verdict=row["verdict"],
        group=tuple(row["group"]),
        count=row["count"],
        accounts=row["accounts"],
        control_sum=row["control"],
        candidate_sum=row["candidate"],
        explanation=sample.explanation if sample else "",
        sample=sample.payload if sample else None,
    )


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None
