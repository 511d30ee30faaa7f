"""What the database itself holds of the automation."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from igny8_core.business.automation.models import AutomationConfig, AutomationRun
from igny8_core.business.automation.queries import config_of
from igny8_core.business.automation.run_models import ACTIVE, RunStatus, Trigger

from .parts import site_with


@pytest.fixture
def site(demo):
    return site_with()


def run_of(site, status=RunStatus.PENDING, **fields):
    finished_at = None if status in ACTIVE else timezone.now()
    fields = {"trigger": Trigger.RUN_NOW, "finished_at": finished_at} | fields
    return AutomationRun.objects.create(account=site.account, site=site, status=status, **fields)


class TestAutomationRun:
    @pytest.mark.parametrize("second", ACTIVE)
    @pytest.mark.parametrize("first", ACTIVE)
    def test_is_the_only_active_one_of_its_site(self, site, first, second):
        run_of(site, first)
        with pytest.raises(IntegrityError, match="one_active_automation_run_per_site"):
            run_of(site, second)

    @pytest.mark.parametrize("over", sorted(set(RunStatus) - set(ACTIVE)))
    def test_lets_another_one_in_when_it_is_over(self, site, over):
        run_of(site, over)
        run_of(site, over)
        assert run_of(site).is_active

    def test_leaves_other_sites_alone(self, site):
        run_of(site)
        run_of(site_with(name="Another"))
        assert AutomationRun.objects.count() == 2

    def test_is_the_only_one_of_its_scheduled_hour(self, site):
        hour = timezone.now()
        run_of(site, RunStatus.COMPLETED, trigger=Trigger.SCHEDULED, scheduled_for=hour)
        with pytest.raises(IntegrityError, match="one_automation_run_per_scheduled_hour"):
            run_of(site, RunStatus.COMPLETED, trigger=Trigger.SCHEDULED, scheduled_for=hour)

    @pytest.mark.parametrize(
        ("fields", "constraint"),
        [
            ({"current_stage": 0}, "automation_run_stage_exists"),
            ({"current_stage": 8}, "automation_run_stage_exists"),
            ({"trigger": Trigger.SCHEDULED}, "automation_run_of_the_clock_has_its_hour"),
            ({"finished_at": timezone.now()}, "automation_run_over_when_finished"),
            ({"status": RunStatus.FAILED, "finished_at": None}, "automation_run_over_when_finished"),
        ],
    )
    def test_cannot_contradict_itself(self, site, fields, constraint):
        with pytest.raises(IntegrityError, match=constraint):
            run_of(site, **fields)


class TestAutomationConfig:
    def test_is_made_by_the_first_question_with_the_schedule_off(self, site):
        config = config_of(site)
        assert (config_of(site), config.account, config.enabled) == (config, site.account, False)

    @pytest.mark.parametrize(
        "fields",
        [{"hour": 24}, {"weekday": 7}, {"day_of_month": 0}, {"day_of_month": 29}]
        + [{f"stage_{stage}_batch_size": size} for stage in range(1, 7) for size in (0, 201)],
        ids=str,
    )
    def test_stays_within_its_bounds(self, site, fields):
        config = config_of(site)
        with pytest.raises(IntegrityError), transaction.atomic():
            AutomationConfig.objects.filter(pk=config.pk).update(**fields)
