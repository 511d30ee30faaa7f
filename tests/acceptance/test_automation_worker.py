"""Runs in a Celery worker, over real HTTP: done to the end, killed with all its processes, taken up by the next."""

import os
import signal
from contextlib import contextmanager

import psutil
import pytest
from celery import current_app
from django.core.files.storage import default_storage

from igny8_core.ai.sandbox import sandbox
from igny8_core.auth.models import Site
from igny8_core.business.automation.models import AutomationUnit
from igny8_core.business.automation.queries import abandoned_runs, credits_used
from igny8_core.business.automation.run_models import RunStatus
from igny8_core.business.automation.services.automation_service import AutomationService
from igny8_core.business.automation.site_lock import locked_sites
from igny8_core.business.automation.tasks import resume_abandoned
from igny8_core.business.billing.models import CreditTransaction, CreditUsageLog
from igny8_core.modules.writer.models import Content, Image
from tests.integration.automation.parts import site_with
from tests.waiting import PATIENCE_SECONDS

from .conftest import process, until

pytestmark = pytest.mark.usefixtures("committed_demo")


@pytest.fixture
def provider(monkeypatch):
    """The sandbox; the demo's keys lead the worker's processes to it."""
    with sandbox() as started:
        monkeypatch.setenv("IGNY8_SANDBOX_URL", started.url)
        yield started


@pytest.fixture
def site(django_db_blocker):
    with django_db_blocker.unblock():
        site = site_with(name="In a worker", keywords=6)
        yield site
        for name in Image.objects.filter(prompt__content__site=site).values_list("file", flat=True):
            default_storage.delete(name)
        Site.objects.filter(pk=site.pk).delete()


@contextmanager
def worker(log):
    """A Celery worker of two processes that answers."""
    with process("celery", "-A", "igny8_core", "worker", "--concurrency", "2", log=log) as started:
        until(lambda: started.poll() is not None or current_app.control.ping(timeout=0.5, limit=1))
        assert started.poll() is None, log.read_text()[-2_000:]
        yield started


def kill(started):
    """End a worker and all of its processes at once, as a power cut does."""
    family = [*psutil.Process(started.pid).children(recursive=True), psutil.Process(started.pid)]
    for member in family:
        os.kill(member.pid, signal.SIGKILL)
    started.wait(PATIENCE_SECONDS)


def charges(run):
    return CreditTransaction.objects.filter(operation_id__startswith=f"automation:{run.pk}:")


def paid_units(run):
    return AutomationUnit.objects.filter(run=run).exclude(stage__in=(3, 7))


def status_of(run):
    run.refresh_from_db()
    return run.status


def over(run):
    return until(lambda: status_of(run) not in ("pending", "running") and run.status)


class TestWorker:
    def test_killed_in_the_middle_leaves_a_run_that_the_next_one_ends_without_a_second_charge(
        self, site, provider, tmp_path
    ):
        with worker(tmp_path / "first.log") as first:
            run = AutomationService.run_now(site=site)
            until(lambda: charges(run).count() >= 5)
            kill(first)
        assert status_of(run) == RunStatus.RUNNING
        until(lambda: abandoned_runs() == [run.pk])
        begun = charges(run).count()

        with worker(tmp_path / "second.log"):
            resume_abandoned.delay()
            assert over(run) == RunStatus.COMPLETED, run.error
        assert not AutomationUnit.objects.filter(run=run).exclude(status="done").exists()
        assert charges(run).count() == paid_units(run).count() > begun
        assert credits_used(run) == -sum(charges(run).values_list("amount", flat=True))
        assert CreditUsageLog.objects.filter(transaction__in=charges(run)).count() == charges(run).count()
        # The unit that was at work may have been asked for twice; no other.
        assert 0 <= len(provider.requests) - charges(run).count() <= 1
        assert set(Content.objects.filter(site=site).values_list("status", flat=True)) == {Content.Status.REVIEW}

    def test_is_paused_and_resumed_while_it_works(self, site, provider, tmp_path):
        with worker(tmp_path / "worker.log"):
            run = AutomationService.run_now(site=site)
            until(lambda: charges(run).count() >= 3)
            AutomationService.pause(site=site)
            until(lambda: locked_sites() == set())
            assert status_of(run) == RunStatus.PAUSED
            asked = len(provider.requests)
            assert charges(run).count() == asked
            AutomationService.resume(site=site)
            assert over(run) == RunStatus.COMPLETED, run.error
        assert charges(run).count() == paid_units(run).count() == len(provider.requests) > asked
