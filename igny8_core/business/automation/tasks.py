"""Celery tasks of the automation. Each is safe to run twice, also at once."""

from typing import Final

from celery import shared_task
from django.utils import timezone

from igny8_core.business.automation import queries, scheduling, worker
from igny8_core.business.automation.queue import RUN_TASK

SWEEP_SECONDS: Final = 60


@shared_task(name=RUN_TASK)
def run_automation(*, run_id: int) -> None:
    """Work on a run for one turn, then queue up again where something is left."""
    left = worker.take_turn(run_id=run_id)
    if left is not None:
        run_automation.delay(run_id=left)


@shared_task(name="automation.start_due")
def start_due() -> None:
    """Start the runs whose hour has come."""
    scheduling.start_due(now=timezone.now())


@shared_task(name="automation.resume_abandoned")
def resume_abandoned() -> None:
    """Give runs that nobody works on to a worker: theirs was killed, or the broker lost the message.

    Where no worker takes them, the messages expire before the next ones come.
    """
    for run_id in queries.abandoned_runs():
        run_automation.apply_async(kwargs={"run_id": run_id}, expires=SWEEP_SECONDS)
