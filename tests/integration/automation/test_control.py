"""Starting, pausing, resuming, cancelling, and taking up again."""

import psycopg
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError, connection

from igny8_core.business.automation import queries, worker
from igny8_core.business.automation.exceptions import RunActive, RunNotActive
from igny8_core.business.automation.models import AutomationRun, AutomationUnit
from igny8_core.business.automation.run_models import RunStatus
from igny8_core.business.automation.services.automation_service import AutomationService
from igny8_core.business.automation.site_lock import locked_sites, site_lock
from igny8_core.modules.planner.models import Keyword
from tests.acceptance.conftest import database_url

from .parts import deductions, task_of


@pytest.fixture
def run(ai, site):
    return AutomationService.run_now(site=site)


@pytest.fixture
def tasks(site):
    Keyword.objects.all().delete()
    return [task_of(site, f"Task {number}") for number in range(4)]


def at_the_second_article(ai, do):
    """Let something happen while the provider writes the second article."""

    def before(_rows):
        if ai.count("content_generation") == 2:
            do()

    ai.before["content_generation"] = before


class TestStart:
    def test_queues_the_run_when_it_is_committed(self, ai, site, committing):
        run, queued = committing(AutomationService.run_now, site=site)
        assert (run.status, queued) == (RunStatus.PENDING, (run.pk,))

    @pytest.mark.parametrize("status", ["pending", "running", "paused"])
    def test_is_refused_while_the_site_has_a_run(self, run, site, status):
        AutomationRun.objects.update(status=status)
        with pytest.raises(RunActive, match=f"has a run that is {status}"):
            AutomationService.run_now(site=site)

    def test_is_refused_by_the_database_where_another_was_faster(self, run, site, monkeypatch):
        answers = [None, run]
        monkeypatch.setattr(queries, "active_run", lambda _site: answers.pop(0))
        with pytest.raises(RunActive):
            AutomationService.run_now(site=site)

    def test_hides_no_other_error_of_the_database(self, ai, site, monkeypatch):
        def fail(**_):
            raise IntegrityError("something else")

        monkeypatch.setattr(AutomationRun.objects, "create", fail)
        with pytest.raises(IntegrityError, match="something else"):
            AutomationService.run_now(site=site)


class TestPause:
    def test_keeps_a_pending_run_from_starting(self, run, work, ai, site):
        AutomationService.pause(site=site)
        assert (work(run).status, ai.calls) == (RunStatus.PAUSED, [])

    def test_waits_for_the_unit_at_work_and_keeps_it(self, run, work, ai, site, tasks):
        at_the_second_article(ai, lambda: AutomationService.pause(site=site))
        assert work(run).status == RunStatus.PAUSED
        assert len(deductions(site)) == 2
        assert work(run).status == RunStatus.PAUSED
        assert ai.count("content_generation") == 2

    def test_of_a_paused_run_says_that_there_is_nothing_to_pause(self, run, site):
        AutomationService.pause(site=site)
        with pytest.raises(RunNotActive, match="is paused, so there is nothing to pause"):
            AutomationService.pause(site=site)


class TestResume:
    def test_goes_on_where_the_run_was_paused(self, run, work, ai, site, tasks, committing):
        at_the_second_article(ai, lambda: AutomationService.pause(site=site))
        work(run)
        resumed, queued = committing(AutomationService.resume, site=site)
        assert (resumed.status, queued) == (RunStatus.RUNNING, (run.pk,))
        assert work(run).status == RunStatus.COMPLETED
        assert [rows for operation, rows in ai.calls if operation == "content_generation"] == [
            (task.pk,) for task in tasks
        ]

    def test_during_the_unit_at_work_is_not_forgotten(self, run, ai, site, tasks):
        """The message of the resume finds the lock held; the worker that held it looks again."""
        at_the_second_article(ai, lambda: AutomationService.pause(site=site))
        given_back = worker.site_lock

        class ResumedBeforeTheLockIsFree:
            def __init__(self, site_id):
                self.inner = given_back(site_id)

            def __enter__(self):
                return self.inner.__enter__()

            def __exit__(self, *error):
                AutomationService.resume(site=site)
                assert worker.take_turn(run_id=run.pk) is None
                return self.inner.__exit__(*error)

        with pytest.MonkeyPatch.context() as patch:
            first = iter([ResumedBeforeTheLockIsFree])
            patch.setattr(worker, "site_lock", lambda site_id: next(first, given_back)(site_id))
            left = worker.take_turn(run_id=run.pk)
        assert left == run.pk

    @pytest.mark.parametrize("status", ["pending", "running"])
    def test_of_a_run_that_is_not_paused_is_refused(self, run, site, status):
        AutomationRun.objects.update(status=status)
        with pytest.raises(RunNotActive, match=f"is {status}"):
            AutomationService.resume(site=site)


class TestCancel:
    @pytest.mark.parametrize("status", ["pending", "running", "paused"])
    def test_ends_a_run(self, run, work, ai, site, status):
        AutomationRun.objects.update(status=status)
        AutomationService.cancel(site=site)
        run = work(run)
        assert (run.status, run.is_active, ai.calls) == (RunStatus.CANCELLED, False, [])
        assert run.finished_at is not None

    def test_waits_for_the_unit_at_work_and_keeps_it(self, run, work, ai, site, tasks):
        at_the_second_article(ai, lambda: AutomationService.cancel(site=site))
        assert work(run).status == RunStatus.CANCELLED
        assert (len(deductions(site)), ai.count("content_generation")) == (2, 2)

    def test_hands_the_site_to_a_run_that_was_started_meanwhile(self, run, ai, site, tasks):
        def cancel_and_start():
            AutomationService.cancel(site=site)
            fresh = AutomationService.run_now(site=site)
            assert worker.take_turn(run_id=fresh.pk) is None

        at_the_second_article(ai, cancel_and_start)
        left = worker.take_turn(run_id=run.pk)
        assert left == AutomationRun.objects.get(status=RunStatus.PENDING).pk != run.pk

    def test_of_no_run_says_so(self, ai, site):
        for do in (AutomationService.pause, AutomationService.resume, AutomationService.cancel):
            with pytest.raises(RunNotActive, match="has no run"):
                do(site=site)


class TestTurn:
    def test_ends_after_its_time_and_says_that_something_is_left(self, run, ai, site, tasks):
        assert worker.take_turn(run_id=run.pk, seconds=0) == run.pk
        assert ai.calls == []

    def test_is_over_at_once_where_another_worker_is_at_it(self, run, ai, site):
        with site_lock(site.pk) as lock:
            assert lock is not None
            assert locked_sites() == {site.pk}
            assert worker.take_turn(run_id=run.pk) is None
        assert (ai.calls, locked_sites()) == ([], set())

    def test_of_a_run_that_is_gone_is_nothing(self, run, ai):
        AutomationRun.objects.all().delete()
        assert worker.take_turn(run_id=run.pk) is None

    def test_of_a_run_that_is_over_is_nothing(self, run, work, ai):
        work(run)
        before = list(ai.calls)
        assert worker.take_turn(run_id=run.pk) is None
        assert ai.calls == before


class TestAbandonedRun:
    def test_is_found_while_nobody_holds_its_site(self, run, site):
        assert queries.abandoned_runs() == [run.pk]
        with site_lock(site.pk):
            assert queries.abandoned_runs() == []
        AutomationRun.objects.update(status=RunStatus.RUNNING)
        assert queries.abandoned_runs() == [run.pk]

    def test_is_none_that_waits_for_a_person(self, run, site):
        AutomationService.pause(site=site)
        assert queries.abandoned_runs() == []


class TestTimeLimitOfTheWorker:
    def test_ends_the_turn_and_is_no_error_of_the_unit(self, run, work, ai, site, tasks):
        def be_over():
            raise SoftTimeLimitExceeded

        at_the_second_article(ai, be_over)
        with pytest.raises(SoftTimeLimitExceeded):
            worker.take_turn(run_id=run.pk)
        assert not AutomationUnit.objects.filter(run=run).exclude(error="").exists()
        assert queries.abandoned_runs() == [run.pk]
        assert work(run).status == RunStatus.COMPLETED


class TestLock:
    def test_that_is_lost_ends_the_turn_after_the_unit_at_work(self, run, work, ai, site, tasks):
        def end_the_session():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s",
                    [f"automation of site {site.pk}"],
                )

        at_the_second_article(ai, end_the_session)
        with pytest.raises(psycopg.OperationalError):
            worker.take_turn(run_id=run.pk)
        assert (ai.count("content_generation"), len(deductions(site))) == (2, 2)
        assert queries.abandoned_runs() == [run.pk]
        assert work(run).status == RunStatus.COMPLETED
        assert ai.count("content_generation") == 4

    def test_takes_the_direct_connection_where_one_is_named(self, run, work, site, settings):
        settings.HARNESS = settings.HARNESS | {"LISTEN_URL": database_url()}
        with site_lock(site.pk):
            assert locked_sites() == {site.pk}
        assert work(run).status == RunStatus.COMPLETED

    def test_of_one_site_leaves_the_others_free(self, site, ai):
        with site_lock(site.pk), site_lock(site.pk + 1) as other:
            assert other is not None
            assert locked_sites() == {site.pk, site.pk + 1}
