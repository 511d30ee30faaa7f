"""Starts, pauses, resumes and cancels the runs of a site."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from igny8_core.auth.models import Site
from igny8_core.business.automation import queries
from igny8_core.business.automation.estimate import Estimate, estimate_of
from igny8_core.business.automation.exceptions import RunActive, RunNotActive
from igny8_core.business.automation.queue import enqueue
from igny8_core.business.automation.run_models import ACTIVE, WORKABLE, AutomationRun, RunStatus, Trigger


class AutomationService:
    """Stateless; a site has at most one run that is pending, running or paused, and the database sees to it.

    Workers look at a run between two units, so a pause or a cancellation waits for the unit at work: what was
    paid for is kept.
    """

    @staticmethod
    def run_now(*, site: Site) -> AutomationRun:
        """Start a run by hand. Raises RunActive, and InsufficientCreditsError before anything is called."""
        return AutomationService.start(site=site, trigger=Trigger.RUN_NOW)

    @staticmethod
    def start(*, site: Site, trigger: Trigger, scheduled_for: datetime | None = None) -> AutomationRun:
        """Create a run and enqueue it after the commit.

        Raises RunActive where the site has a run, InsufficientCreditsError where the balance is below the
        estimate with its margin, CreditCalculationError where a model in use has no price, ModelError where there
        is none.
        """
        if running := queries.active_run(site):
            raise _active(running)
        estimate = estimate_of(site)
        estimate.require(site.account)
        try:
            with transaction.atomic():
                run = AutomationRun.objects.create(
                    account_id=site.account_id,
                    site=site,
                    trigger=trigger,
                    scheduled_for=scheduled_for,
                    estimated_credits=estimate.needed,
                )
                enqueue(run.pk)
        except IntegrityError:
            # Somebody else was faster: the constraint is the lock.
            if running := queries.active_run(site):
                raise _active(running) from None
            raise
        return run

    @staticmethod
    def pause(*, site: Site) -> AutomationRun:
        """Pause the site's run after the unit at work. Raises RunNotActive."""
        with transaction.atomic():
            run = _locked(site, *WORKABLE, to="pause")
            run.status = RunStatus.PAUSED
            run.save(update_fields=["status"])
        return run

    @staticmethod
    def resume(*, site: Site) -> AutomationRun:
        """Go on with the site's paused run; what it had done stays done. Raises RunNotActive."""
        with transaction.atomic():
            run = _locked(site, RunStatus.PAUSED, to="resume")
            run.status = RunStatus.RUNNING if run.started_at else RunStatus.PENDING
            run.error, run.failures_in_a_row = "", 0
            run.save(update_fields=["status", "error", "failures_in_a_row"])
            enqueue(run.pk)
        return run

    @staticmethod
    def cancel(*, site: Site) -> AutomationRun:
        """End the site's run after the unit at work; what it made is kept. Raises RunNotActive."""
        with transaction.atomic():
            run = _locked(site, *ACTIVE, to="cancel")
            run.status, run.finished_at = RunStatus.CANCELLED, timezone.now()
            run.save(update_fields=["status", "finished_at"])
        return run

    @staticmethod
    def current_run(*, site: Site) -> AutomationRun | None:
        """Return the site's run that is pending, running or paused; None where there is none."""
        return queries.active_run(site)

    @staticmethod
    def history(*, site: Site) -> QuerySet[AutomationRun]:
        """Return the site's runs, newest first."""
        return AutomationRun.objects.filter(site=site)

    @staticmethod
    def estimate(*, site: Site) -> Estimate:
        """Return what a run would cost; raises CreditCalculationError where a model in use has no price."""
        return estimate_of(site)


def _locked(site: Site, *statuses: RunStatus, to: str) -> AutomationRun:
    run = AutomationRun.objects.select_for_update().filter(site=site, status__in=ACTIVE).first()
    if run is None:
        raise RunNotActive(f"{site} has no run to {to}. Start one with Run Now.")
    if run.status not in statuses:
        raise RunNotActive(f"The run of {site} is {run.status}, so there is nothing to {to}.")
    return run


def _active(run: AutomationRun) -> RunActive:
    return RunActive(f"{run.site} has a run that is {run.status}. Wait for its end, or cancel it.")
