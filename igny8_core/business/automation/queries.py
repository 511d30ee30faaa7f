"""Reads of the automation."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from igny8_core.auth.models import Site
from igny8_core.business.automation.config_models import AutomationConfig
from igny8_core.business.automation.run_models import ACTIVE, WORKABLE, AutomationRun, AutomationUnit
from igny8_core.business.automation.site_lock import locked_sites

Status = AutomationUnit.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class StageProgress:
    """How far a run is with one stage. Planned, done and failed count units; created counts rows."""

    stage: int
    planned: int
    done: int
    failed: int
    created: int
    credits: int


def config_of(site: Site) -> AutomationConfig:
    """Return the site's configuration; the first question makes it, with the schedule switched off."""
    return AutomationConfig.objects.get_or_create(site=site, defaults={"account_id": site.account_id})[0]


def active_run(site: Site) -> AutomationRun | None:
    """Return the site's run that is pending, running or paused; None where there is none."""
    return AutomationRun.objects.filter(site=site, status__in=ACTIVE).first()


def progress_of(runs: Iterable[AutomationRun]) -> dict[int, list[StageProgress]]:
    """Return the stages of each run that it has units in, by the run's id, in one query."""
    progress: dict[int, list[StageProgress]] = {run.pk: [] for run in runs}
    rows = (
        AutomationUnit.objects.filter(run__in=list(progress))
        .order_by("run", "stage")
        .values("run", "stage")
        .annotate(
            planned=Count("pk", filter=Q(status=Status.PLANNED)),
            done=Count("pk", filter=Q(status=Status.DONE)),
            failed=Count("pk", filter=Q(status=Status.FAILED)),
            made=Sum("created"),
            charged=Sum("credits"),
        )
    )
    for row in rows:
        progress[row["run"]].append(
            StageProgress(
                stage=row["stage"],
                planned=row["planned"],
                done=row["done"],
                failed=row["failed"],
                created=row["made"],
                credits=row["charged"],
            )
        )
    return progress


def credits_used(run: AutomationRun) -> int:
    """Return what the operations of a run were charged."""
    return run.units.aggregate(sum=Sum("credits"))["sum"] or 0


def abandoned_runs() -> list[int]:
    """Return the ids of the runs that are to be worked on while nobody holds their site's lock."""
    runs = AutomationRun.objects.filter(status__in=WORKABLE).exclude(site__in=locked_sites())
    return list(runs.order_by("pk").values_list("pk", flat=True))
