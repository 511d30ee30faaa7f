"""Runs in a Celery worker: done to the end, killed with all its processes, and taken up by the next one."""

import os
import signal
from contextlib import contextmanager

import psutil
import pytest
from celery import current_app

from igny8_core.auth.models import Site
from igny8_core.business.automation import estimate
from igny8_core.business.automation.models import AutomationUnit
from igny8_core.business.automation.queries import abandoned_runs, credits_used
from igny8_core.business.automation.run_models import RunStatus
from igny8_core.business.automation.services.automation_service import AutomationService
from igny8_core.business.automation.site_lock import locked_sites
from igny8_core.business.automation.tasks import resume_abandoned
from igny8_core.business.billing.models import CreditTransaction
from tests.integration.automation.parts import IMAGE_MODEL, MODEL, site_with

from .conftest import process, until

pytestmark = pytest.mark.usefixtures("committed_demo")

OPERATIONS = 22
"""Of a run of four keywords: one call each for clusters and ideas, four articles, four times prompts, 12 images."""


@pytest.fixture
def site(monkeypatch, django_db_blocker):
    monkeypatch.setattr(estimate, "_models", lambda site: (MODEL, IMAGE_MODEL))
    with django_db_blocker.unblock():
        site = site_with(name="In a worker", keywords=4)
        yield site
        Site.objects.filter(pk=site.pk).delete()


@contextmanager
def worker(log):
    """A Celery worker of two processes that answers."""
    arguments = ("celery", "-A", "tests.acceptance.automation_app", "worker", "--concurrency", "2")
    with process(*arguments, log=log) as started:
        until(lambda: started.poll() is not None or current_app.control.ping(timeout=0.5, limit=1), seconds=90)
        assert started.poll() is None, log.read_text()[-2_000:]
        yield started


def kill(started):
    """End a worker and all of its processes at once, as a power cut does."""
    family = [*psutil.Process(started.pid).children(recursive=True), psutil.Process(started.pid)]
    for member in family:
        os.kill(member.pid, signal.SIGKILL)
    started.wait(10)


def charges(run):
    return CreditTransaction.objects.filter(operation_id__startswith=f"automation:{run.pk}:")


def status_of(run):
    run.refresh_from_db()
    return run.status


class TestWorker:
    def test_killed_in_the_middle_leaves_a_run_that_the_next_one_ends(self, site, tmp_path):
        with worker(tmp_path / "first.log") as first:
            run = AutomationService.run_now(site=site)
            until(lambda: charges(run).count() >= 8, seconds=60)
            assert locked_sites() == {site.pk}
            kill(first)
        assert status_of(run) == RunStatus.RUNNING
        until(lambda: abandoned_runs() == [run.pk])
        assert charges(run).count() < OPERATIONS

        with worker(tmp_path / "second.log"):
            resume_abandoned.delay()
            until(lambda: status_of(run) == RunStatus.COMPLETED, seconds=60)
        assert (run.error, charges(run).count()) == ("", OPERATIONS)
        assert credits_used(run) == -sum(charges(run).values_list("amount", flat=True))
        assert not AutomationUnit.objects.filter(run=run).exclude(status="done").exists()

    def test_is_paused_and_resumed_while_it_works(self, site, tmp_path):
        with worker(tmp_path / "worker.log"):
            run = AutomationService.run_now(site=site)
            until(lambda: charges(run).count() >= 3, seconds=60)
            AutomationService.pause(site=site)
            until(lambda: locked_sites() == set())
            paused_at = charges(run).count()
            assert (status_of(run), paused_at < OPERATIONS) == (RunStatus.PAUSED, True)
            AutomationService.resume(site=site)
            until(lambda: status_of(run) == RunStatus.COMPLETED, seconds=60)
        assert charges(run).count() == OPERATIONS
