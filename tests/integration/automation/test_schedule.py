"""Runs that the clock starts, with the clock in the test's hand."""

from datetime import UTC, datetime

import pytest
from celery import current_app
from celery.schedules import crontab
from django.conf import settings
from django.utils import timezone
from freezegun import freeze_time

from igny8_core.ai.exceptions import NoDefaultModel
from igny8_core.auth.models import Account
from igny8_core.business.automation import estimate, scheduling
from igny8_core.business.automation.models import AutomationConfig, AutomationRun
from igny8_core.business.automation.queries import config_of
from igny8_core.business.automation.run_models import ACTIVE, RunStatus, Trigger
from igny8_core.business.automation.services.automation_service import AutomationService
from igny8_core.business.automation.tasks import resume_abandoned, start_due

from .parts import site_with

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


def schedule(site, **fields):
    config = config_of(site)
    AutomationConfig.objects.filter(pk=config.pk).update(
        **{"enabled": True, "scheduled_from": LONG_AGO, "hour": 2} | fields
    )


def tick(clock, moment):
    """Move the clock and let Beat fire; returns how many runs that started."""
    clock.move_to(moment)
    return len(scheduling.start_due(now=timezone.now()))


def end_all():
    AutomationRun.objects.filter(status__in=ACTIVE).update(status=RunStatus.COMPLETED, finished_at=timezone.now())


@pytest.fixture
def clock():
    with freeze_time("2026-01-05 00:00", tz_offset=0) as frozen:
        yield frozen


class TestBeat:
    def test_fires_at_five_past_every_hour(self):
        entry = settings.CELERY_BEAT_SCHEDULE["start-due-automations"]
        assert entry["schedule"] == crontab(minute=5)

    @pytest.mark.parametrize("name", ["start-due-automations", "resume-abandoned-automations"])
    def test_names_tasks_that_exist(self, name):
        current_app.loader.import_default_modules()
        assert settings.CELERY_BEAT_SCHEDULE[name]["task"] in current_app.tasks


class TestSchedule:
    @pytest.mark.parametrize(
        ("fields", "moments", "started"),
        [
            (
                {"frequency": "daily"},
                ["2026-01-05 01:05", "2026-01-05 02:05", "2026-01-06 02:05", "2026-01-07 02:05"],
                [0, 1, 1, 1],
            ),
            (
                {"frequency": "weekly", "weekday": 2},
                ["2026-01-06 02:05", "2026-01-07 02:05", "2026-01-08 02:05", "2026-01-14 02:05"],
                [0, 1, 0, 1],
            ),
            (
                {"frequency": "monthly", "day_of_month": 7},
                ["2026-01-06 02:05", "2026-01-07 02:05", "2026-02-06 02:05", "2026-02-07 02:05"],
                [0, 1, 0, 1],
            ),
        ],
        ids=["daily", "weekly", "monthly"],
    )
    def test_starts_a_run_at_its_hours(self, clock, ai, site, fields, moments, started):
        schedule(site, **fields)
        assert [(tick(clock, moment), end_all())[0] for moment in moments] == started
        assert set(AutomationRun.objects.values_list("trigger", flat=True)) == {Trigger.SCHEDULED}

    def test_starts_none_while_it_is_off(self, clock, ai, site):
        schedule(site, enabled=False)
        assert tick(clock, "2026-01-05 02:05") == 0

    def test_queues_what_it_starts(self, clock, ai, site, committing):
        schedule(site)
        clock.move_to("2026-01-05 02:05")
        started, queued = committing(scheduling.start_due, now=timezone.now())
        assert queued == tuple(started) == (AutomationRun.objects.get().pk,)

    @pytest.mark.parametrize("status", ACTIVE)
    def test_passes_a_site_over_that_has_an_active_run(self, clock, ai, site, status):
        schedule(site)
        assert tick(clock, "2026-01-05 02:05") == 1
        AutomationRun.objects.update(status=status)
        assert tick(clock, "2026-01-06 02:05") == 0
        end_all()
        assert tick(clock, "2026-01-06 03:05") == 1

    def test_passes_a_site_over_that_had_a_run_within_23_hours(self, clock, ai, site):
        schedule(site)
        clock.move_to("2026-01-05 03:06")
        AutomationService.run_now(site=site)
        end_all()
        assert tick(clock, "2026-01-06 02:05") == 0
        # Twenty-three hours later, the hour is made up for.
        assert tick(clock, "2026-01-06 03:05") == 1

    def test_lets_an_hour_go_that_cannot_be_made_up_for(self, clock, ai, site):
        schedule(site)
        clock.move_to("2026-01-05 12:00")
        AutomationService.run_now(site=site)
        end_all()
        moments = [f"2026-01-06 {hour:02}:05" for hour in range(24)]
        assert sum(tick(clock, moment) for moment in moments) == 0
        assert tick(clock, "2026-01-07 02:05") == 1

    def test_makes_up_for_an_hour_in_which_nothing_ran(self, clock, ai, site):
        schedule(site, frequency="weekly", weekday=0)
        assert tick(clock, "2026-01-05 06:05") == 1

    def test_starts_one_run_when_beat_fires_twice(self, clock, ai, site):
        schedule(site)
        assert [tick(clock, "2026-01-05 02:05"), tick(clock, "2026-01-05 02:05")] == [1, 0]
        end_all()
        assert tick(clock, "2026-01-05 03:05") == 0

    def test_records_why_a_run_could_not_start_and_asks_again_at_the_next_hour(self, clock, ai, site):
        empty = Account.objects.create(name="Empty", plan=site.account.plan)
        poor = site_with(account=empty, keywords=3, name="Poor")
        schedule(poor)
        assert [tick(clock, "2026-01-05 02:05"), tick(clock, "2026-01-05 03:05")] == [0, 0]
        refused = AutomationRun.objects.get(site=poor)
        assert refused.status == RunStatus.FAILED
        assert refused.error.startswith("Empty has 0 credits, and a run is expected to need")
        assert ai.calls == []
        tick(clock, "2026-01-06 02:05")
        assert AutomationRun.objects.filter(site=poor).count() == 2

    def test_records_that_a_model_is_missing(self, clock, ai, site, monkeypatch):
        def no_model(_site):
            raise NoDefaultModel("No active text model is the default.")

        monkeypatch.setattr(estimate, "_models", no_model)
        schedule(site)
        assert tick(clock, "2026-01-05 02:05") == 0
        assert AutomationRun.objects.get().error == "No active text model is the default."

    def test_of_one_site_does_not_suffer_from_another(self, clock, ai, site, monkeypatch):
        broken = site_with(name="Broken")
        schedule(broken)
        schedule(site)
        start = AutomationService.start

        def fail_for_one(*, site, **arguments):
            if site.pk == broken.pk:
                raise RuntimeError("unforeseen")
            return start(site=site, **arguments)

        monkeypatch.setattr(AutomationService, "start", staticmethod(fail_for_one))
        assert tick(clock, "2026-01-05 02:05") == 1
        assert AutomationRun.objects.get().site == site


class TestTasks:
    def test_start_what_is_due_by_the_clock(self, clock, ai, site):
        schedule(site)
        clock.move_to("2026-01-05 02:05")
        start_due()
        assert AutomationRun.objects.get().scheduled_for == datetime(2026, 1, 5, 2, tzinfo=UTC)

    def test_give_abandoned_runs_to_the_workers_for_as_long_as_a_sweep(self, ai, site, monkeypatch):
        from igny8_core.business.automation import tasks

        run = AutomationService.run_now(site=site)
        sent = []
        monkeypatch.setattr(tasks.run_automation, "apply_async", lambda **message: sent.append(message))
        resume_abandoned()
        assert sent == [{"kwargs": {"run_id": run.pk}, "expires": tasks.SWEEP_SECONDS}]
