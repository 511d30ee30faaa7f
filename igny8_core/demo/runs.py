"""Automations of the demo: one by Run Now, one by the clock. Celery's worker does the work."""

import time
from datetime import timedelta
from typing import Final

from django.utils import timezone

from igny8_core.auth.models import Site
from igny8_core.business.automation import queries, scheduling
from igny8_core.business.automation.config_models import AutomationConfig
from igny8_core.business.automation.run_models import ACTIVE, AutomationRun, Trigger
from igny8_core.business.automation.services.automation_service import AutomationService
from igny8_core.demo.buttons import import_demo_keywords

PATIENCE_SECONDS: Final = 120.0
_POLL_SECONDS: Final = 0.2
_SMALL: Final = {"stage_2_batch_size": 2, "max_articles": 2, "max_images": 6}


def run_now(site: Site) -> str:
    """Press Run Now, once for a site; returns what came of it."""
    return _run(site, Trigger.RUN_NOW)


def run_by_the_clock(site: Site) -> str:
    """Let the clock start a run whose hour was a moment ago, once for a site; returns what came of it."""
    return _run(site, Trigger.SCHEDULED)


def _run(site: Site, trigger: Trigger) -> str:
    run = AutomationRun.objects.filter(site=site, trigger=trigger).first()
    if run is None:
        import_demo_keywords(site)
        run = AutomationService.run_now(site=site) if trigger is Trigger.RUN_NOW else _by_the_clock(site)
    return _outcome(run)


def _by_the_clock(site: Site) -> AutomationRun:
    """As Beat does at five past the hour: the schedule names the present hour, and was made before it."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    AutomationConfig.objects.update_or_create(
        site=site,
        defaults={
            "account": site.account,
            "enabled": True,
            "hour": hour.hour,
            "scheduled_from": hour - timedelta(hours=1),
            **_SMALL,
        },
    )
    scheduling.start_due(now=timezone.now())
    return AutomationRun.objects.get(site=site, trigger=Trigger.SCHEDULED, scheduled_for=hour)


def _outcome(run: AutomationRun) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while run.status in ACTIVE and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
        run.refresh_from_db()
    if run.status in ACTIVE:
        return f"still {run.status} after {PATIENCE_SECONDS:.0f} seconds: is a Celery worker running?"
    return f"{run.status}, {queries.credits_used(run):,} credits" + (f": {run.error}" if run.error else "")
