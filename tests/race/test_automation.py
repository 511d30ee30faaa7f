"""Two at once: two clicks, two Beats, two workers. Each lock has a twin that shows what it keeps away."""

import sys
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from threading import Barrier, BrokenBarrierError, Thread

import pytest
from django.db import connection, connections
from django.db.models import QuerySet

from igny8_core.auth.models import Site
from igny8_core.business.automation import doing, estimate, queue, scheduling, worker
from igny8_core.business.automation.models import AutomationConfig, AutomationRun
from igny8_core.business.automation.queries import config_of
from igny8_core.business.automation.services.automation_service import AutomationService
from tests.acceptance.conftest import committed_demo  # noqa: F401  The demo, committed.
from tests.integration.automation.parts import MODEL, TrialAI, site_with, task_of
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.usefixtures("committed_demo")

MEETING_SECONDS = 1.5
"""Who is kept out by a lock does not come to the meeting; the other one goes on after this time."""


@pytest.fixture
def both_come(monkeypatch):
    """Nobody is kept out: the two wait for each other as long as it takes."""
    monkeypatch.setattr(sys.modules[__name__], "MEETING_SECONDS", PATIENCE_SECONDS)


class Meeting:
    """A place where two threads wait for each other, and go on alone where one does not come."""

    def __init__(self):
        self.barrier = Barrier(2)

    def __call__(self, *_):
        with suppress(BrokenBarrierError):
            self.barrier.wait(MEETING_SECONDS)


def at_once(do):
    """Do something in two threads; returns the results, an exception where one was raised."""
    results = []

    def one():
        try:
            results.append(do())
        except Exception as error:  # noqa: BLE001  Handed to the test.
            results.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    return results


@pytest.fixture
def ai(monkeypatch):
    trial = TrialAI()
    monkeypatch.setattr(doing, "operations", trial)
    monkeypatch.setattr(estimate, "_models", lambda site: (MODEL, "dall-e-3"))
    monkeypatch.setattr(queue, "_send", lambda run_id: None)
    return trial


@pytest.fixture
def site(ai, django_db_blocker):
    with django_db_blocker.unblock():
        site = site_with(name="Two at once")
        yield site
        Site.objects.filter(pk=site.pk).delete()


@pytest.fixture
def meeting_before_the_insert(monkeypatch):
    """Let two starters meet when both have seen that the site has no run."""
    meeting, estimate_of = Meeting(), estimate.estimate_of

    def met(site):
        meeting()
        return estimate_of(site)

    monkeypatch.setattr("igny8_core.business.automation.services.automation_service.estimate_of", met)


@contextmanager
def without_the_constraints(site):
    """Let the database take any number of runs."""
    constraints = [
        each
        for each in AutomationRun._meta.constraints
        if each.name in ("one_active_automation_run_per_site", "one_automation_run_per_scheduled_hour")
    ]
    with connection.schema_editor() as editor:
        for each in constraints:
            editor.remove_constraint(AutomationRun, each)
    try:
        yield
    finally:
        AutomationRun.objects.filter(site=site).delete()
        with connection.schema_editor() as editor:
            for each in constraints:
                editor.add_constraint(AutomationRun, each)


@pytest.mark.usefixtures("meeting_before_the_insert")
class TestTwoClicks:
    def test_start_one_run(self, site):
        results = at_once(lambda: AutomationService.run_now(site=site))
        assert sorted(type(each).__name__ for each in results) == ["AutomationRun", "RunActive"]
        assert AutomationRun.objects.filter(site=site).count() == 1

    @pytest.mark.usefixtures("both_come")
    def test_start_two_without_the_constraint(self, site):
        with without_the_constraints(site):
            at_once(lambda: AutomationService.run_now(site=site))
            assert AutomationRun.objects.filter(site=site).count() == 2


@pytest.mark.usefixtures("meeting_before_the_insert")
class TestTwoBeats:
    NOW = datetime(2026, 1, 5, 2, 5, tzinfo=UTC)

    @pytest.fixture(autouse=True)
    def _scheduled(self, site):
        AutomationConfig.objects.filter(pk=config_of(site).pk).update(
            enabled=True, hour=2, scheduled_from=datetime(2025, 1, 1, tzinfo=UTC)
        )

    def fire(self):
        return scheduling.start_due(now=self.NOW)

    def test_start_one_run(self, site):
        started = at_once(self.fire)
        assert sorted(map(len, started)) == [0, 1]
        assert AutomationRun.objects.filter(site=site).count() == 1

    def test_start_one_run_by_the_constraint_alone(self, site, monkeypatch):
        monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)
        assert sorted(map(len, at_once(self.fire))) == [0, 1]
        assert AutomationRun.objects.filter(site=site).count() == 1

    @pytest.mark.usefixtures("both_come")
    def test_start_two_without_lock_and_constraint(self, site, monkeypatch):
        monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)
        with without_the_constraints(site):
            assert sorted(map(len, at_once(self.fire))) == [1, 1]
            assert AutomationRun.objects.filter(site=site).count() == 2


class TestTwoWorkers:
    @pytest.fixture
    def run(self, site, ai):
        task_of(site)
        # At the provider, so while no transaction is open.
        ai.before["content_generation"] = Meeting()
        return AutomationService.run_now(site=site)

    def test_do_each_unit_once(self, run, ai):
        at_once(lambda: worker.take_turn(run_id=run.pk))
        assert ai.count("content_generation") == 1
        run.refresh_from_db()
        assert run.status == "completed"

    @pytest.mark.usefixtures("both_come")
    def test_do_a_unit_twice_without_the_lock(self, run, ai, monkeypatch):
        class NoLock:
            def confirm(self):
                """Nothing is held."""

        monkeypatch.setattr(worker, "site_lock", lambda site_id: nullcontext(NoLock()))
        at_once(lambda: worker.take_turn(run_id=run.pk))
        assert ai.count("content_generation") == 2
