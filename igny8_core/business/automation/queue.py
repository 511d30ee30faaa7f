"""How a run gets to a worker."""

from typing import Final

from celery import current_app
from django.db import transaction

RUN_TASK: Final = "automation.run"


def enqueue(run_id: int) -> None:
    """Tell the workers of a run once the current transaction has committed.

    A broker that does not answer then is logged and costs nothing but time: the sweep finds the run.
    """
    # A function and no partial: Django names what failed by its __qualname__.
    transaction.on_commit(lambda: _send(run_id), robust=True)


def _send(run_id: int) -> None:
    current_app.send_task(RUN_TASK, kwargs={"run_id": run_id})
