"""Starts the runs that are due. Safe to call twice at once: the configuration's row lock orders the callers."""

from datetime import datetime

import structlog
from django.db import transaction

from igny8_core.ai.exceptions import AIError
from igny8_core.business.automation import queries
from igny8_core.business.automation.config_models import AutomationConfig
from igny8_core.business.automation.exceptions import RunActive
from igny8_core.business.automation.run_models import AutomationRun, RunStatus, Trigger
from igny8_core.business.automation.schedule import REST, due_hour
from igny8_core.business.automation.services.automation_service import AutomationService
from igny8_core.business.billing.exceptions import BillingError

log = structlog.get_logger("igny8")


def start_due(*, now: datetime) -> list[int]:
    """Start a run for each site whose hour has come; returns the runs' ids. ``now`` is in UTC.

    A site with an active run, or one that had a run within 23 hours, is passed over. One that cannot start, for
    want of credits, a price or a model, gets a failed run that says so, and is asked again at its next hour. What goes
    wrong with one site does not keep the others from starting.
    """
    started: list[int] = []
    for config_id in AutomationConfig.objects.filter(enabled=True).order_by("pk").values_list("pk", flat=True):
        try:
            run = _start(config_id, now=now)
        except Exception as error:
            log.exception("igny8.automation_not_started", config=config_id, error=type(error).__name__)
        else:
            started += [run.pk] if run else []
    return started


@transaction.atomic
def _start(config_id: int, *, now: datetime) -> AutomationRun | None:
    configs = AutomationConfig.objects.select_related("site__account").select_for_update(of=("self",))
    config = configs.get(pk=config_id)
    hour = due_hour(config, now=now)
    if hour is None or not _rested(config, hour=hour, now=now):
        return None
    try:
        with transaction.atomic():
            return AutomationService.start(site=config.site, trigger=Trigger.SCHEDULED, scheduled_for=hour)
    except RunActive:
        return None
    except (BillingError, AIError) as error:
        _record_refusal(config, hour=hour, now=now, reason=str(error))
        return None


def _rested(config: AutomationConfig, *, hour: datetime, now: datetime) -> bool:
    """Tell whether the site has no active run, none for this hour, and had none within 23 hours."""
    runs = AutomationRun.objects.filter(site=config.site_id)
    return not (
        queries.active_run(config.site)
        or runs.filter(scheduled_for=hour).exists()
        or runs.filter(created_at__gt=now - REST).exists()
    )


def _record_refusal(config: AutomationConfig, *, hour: datetime, now: datetime, reason: str) -> None:
    AutomationRun.objects.create(
        account_id=config.account_id,
        site=config.site,
        trigger=Trigger.SCHEDULED,
        scheduled_for=hour,
        status=RunStatus.FAILED,
        error=reason,
        finished_at=now,
    )
