"""What came of a unit, and what that means for its run.

Note [Failures]: a unit that fails is recorded and the run goes on without it; the next run takes its rows
again. Three in a row mean that the provider, the key or the price is at fault and not the rows: the run fails
before more is tried. A run in which nothing was done and something failed has failed too.

Note [No credits]: a run that a person started pauses, since the person can buy credits and resume it. A
scheduled one fails: paused it would hold up the schedule, and the next one takes up what it left.
"""

from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from igny8_core.business.automation.doing import Done
from igny8_core.business.automation.run_models import AutomationRun, AutomationUnit, RunStatus, Trigger
from igny8_core.business.automation.stages import STAGES

MAX_FAILURES_IN_A_ROW: Final = 3

Status = AutomationUnit.Status


def record_done(unit: AutomationUnit, done: Done) -> None:
    """Record a unit that was done. It is never done again."""
    with transaction.atomic():
        _record(unit, status=Status.DONE, credits=done.credits, created=done.created, error="")
        AutomationRun.objects.filter(pk=unit.run_id).update(failures_in_a_row=0)


def record_failure(unit: AutomationUnit, reason: str) -> None:
    """Record a unit that failed, and fail its run where too many did in a row."""
    with transaction.atomic():
        _record(unit, status=Status.FAILED, error=reason)
        AutomationRun.objects.filter(pk=unit.run_id).update(
            failures_in_a_row=F("failures_in_a_row") + 1, error=_told(unit, reason)
        )
        _end(unit.run_id, status=RunStatus.FAILED, failures_in_a_row__gte=MAX_FAILURES_IN_A_ROW)


def stop_for_credits(unit: AutomationUnit, reason: str) -> None:
    """Stop the run where the account has too few credits; the unit is begun anew when the run is resumed."""
    with transaction.atomic():
        AutomationUnit.objects.filter(pk=unit.pk).update(attempts=0)
        runs = AutomationRun.objects.filter(pk=unit.run_id)
        runs.update(error=_told(unit, reason))
        if unit.run.trigger == Trigger.SCHEDULED:
            _end(unit.run_id, status=RunStatus.FAILED)
        else:
            runs.filter(status=RunStatus.RUNNING).update(status=RunStatus.PAUSED)


def finish(run: AutomationRun) -> None:
    """End a run that has gone through all stages."""
    done, failed = (run.units.filter(status=status).count() for status in (Status.DONE, Status.FAILED))
    _end(run.pk, status=RunStatus.FAILED if failed and not done else RunStatus.COMPLETED)


def _record(unit: AutomationUnit, **fields: object) -> None:
    AutomationUnit.objects.filter(pk=unit.pk).update(finished_at=timezone.now(), **fields)


def _end(run_id: int, *, status: RunStatus, **conditions: int) -> None:
    """End a run, unless a person has ended or paused it meanwhile."""
    running = AutomationRun.objects.filter(pk=run_id, status=RunStatus.RUNNING, **conditions)
    running.update(status=status, finished_at=timezone.now())


def _told(unit: AutomationUnit, reason: str) -> str:
    return f"Stage {unit.stage}, {STAGES[unit.stage].name.lower()}: {reason}"
