"""A worker's turn at a run: unit after unit, until the run is over, somebody stops it, or the turn ends.

Note [Killed at any point]: a unit is committed as planned before it is begun. Killed before its operation's
charge, the unit is done again from the start and charged once; killed between the charge and the record, it is
done again with the same operation id, which is answered from the first charge without asking the provider.

Note [Whose turn]: a worker that finds the site's lock held goes away. Whoever holds it looks again after
giving it back, so that a run which was started or resumed in between is not forgotten.
"""

from time import monotonic
from typing import Final

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from igny8_core.ai.exceptions import AIError
from igny8_core.business.automation import outcomes
from igny8_core.business.automation.exceptions import UnitFailed
from igny8_core.business.automation.planning import next_planned
from igny8_core.business.automation.run_models import WORKABLE, AutomationRun, AutomationUnit, RunStatus
from igny8_core.business.automation.site_lock import SiteLock, site_lock
from igny8_core.business.automation.stages import LAST_STAGE, STAGES
from igny8_core.business.billing.exceptions import BillingError, InsufficientCreditsError
from migration_harness.api import ExecutionPath, recorded_operation, unit_of_work

TURN_SECONDS: Final = 30.0
"""After this time other tasks get their turn; the unit at work is finished first. A message must not outlive the
broker's visibility timeout, after which it would be delivered again."""
MAX_ATTEMPTS: Final = 5
"""A unit that was begun this often and never ended takes its worker with it, so it is not begun again."""

log = structlog.get_logger("igny8")


def take_turn(*, run_id: int, seconds: float = TURN_SECONDS) -> int | None:
    """Work on a run; return the id of the run of its site that is still to be worked on, None where there is none.

    Safe to call twice at once: of two workers one works. Raises what the database raises when it is away; the
    run then stays as it is and is taken up again later.
    """
    site_id = AutomationRun.objects.filter(pk=run_id).values_list("site_id", flat=True).first()
    if site_id is None:
        return None
    with site_lock(site_id) as lock:
        if lock is None:
            return None
        _work(run_id, lock, until=monotonic() + seconds)
    left = AutomationRun.objects.filter(site=site_id, status__in=WORKABLE)
    return left.values_list("pk", flat=True).first()


def _work(run_id: int, lock: SiteLock, *, until: float) -> None:
    while monotonic() < until:
        lock.confirm()
        unit = _begin_next(run_id)
        if unit is None:
            return
        # A unit of work of its own, so that a flip of a flag reaches the next unit.
        with (
            structlog.contextvars.bound_contextvars(automation_run=run_id, operation_id=unit.operation_id),
            unit_of_work(execution_path=ExecutionPath(unit.run.trigger)),
        ):
            _perform(unit)


def _begin_next(run_id: int) -> AutomationUnit | None:
    """Return the next unit, counted as begun; None where the run is over or not to be worked on."""
    with transaction.atomic():
        runs = AutomationRun.objects.select_related("account", "site").select_for_update(of=("self",))
        run = runs.filter(pk=run_id, status__in=WORKABLE).first()
        if run is None:
            return None
        run.status = RunStatus.RUNNING
        run.started_at = run.started_at or timezone.now()
        unit = _next_of(run)
        run.save(update_fields=["status", "started_at", "current_stage"])
        if unit is None:
            outcomes.finish(run)
        return unit


def _next_of(run: AutomationRun) -> AutomationUnit | None:
    """Return the next unit, going on to the next stage where one has nothing left; None after the last."""
    while (unit := next_planned(run)) is None and run.current_stage < LAST_STAGE:
        run.current_stage += 1
    if unit is not None:
        unit.run = run
        unit.attempts += 1
        unit.save(update_fields=["attempts"])
    return unit


@recorded_operation("automation_unit", account=lambda unit: unit.run.account_id)
def _perform(unit: AutomationUnit) -> None:
    """Do a unit and record what came of it. An error is the unit's own, unless database or worker have to stop."""
    if unit.attempts > MAX_ATTEMPTS:
        outcomes.record_failure(unit, f"It was begun {MAX_ATTEMPTS} times and its worker ended each time.")
        return
    stage = STAGES[unit.stage]
    try:
        if stage.local:
            with transaction.atomic():
                outcomes.record_done(unit, stage.perform(unit))
        else:
            outcomes.record_done(unit, stage.perform(unit))
    except (OperationalError, InterfaceError, SoftTimeLimitExceeded):
        raise
    except InsufficientCreditsError as error:
        outcomes.stop_for_credits(unit, str(error))
    except (AIError, BillingError, UnitFailed) as error:
        outcomes.record_failure(unit, str(error))
    except Exception as error:
        # A fault in one unit must not hold up the others for ever. The text of an error that nobody foresaw
        # may contain anything, so only the log gets it.
        log.exception("igny8.automation_unit_failed", error=type(error).__name__)
        outcomes.record_failure(unit, f"{type(error).__name__}; the log has more.")
