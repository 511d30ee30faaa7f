"""A run, stage by stage, as its owner sees it."""

import pytest
from django.utils import timezone

from igny8_core.ai.exceptions import AIError
from igny8_core.auth.models import Account
from igny8_core.business.automation import outcomes, worker
from igny8_core.business.automation.models import AutomationRun, AutomationUnit
from igny8_core.business.automation.queries import config_of, credits_used, progress_of
from igny8_core.business.automation.run_models import RunStatus, Trigger
from igny8_core.business.automation.services.automation_service import AutomationService
from igny8_core.business.billing.exceptions import InsufficientCreditsError
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.migration_plan import PLAN
from igny8_core.modules.planner.models import Keyword
from igny8_core.modules.writer.models import Content, Image, Task
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.deciding.source import decide

from .parts import deductions, draft_of, site_with, task_of


@pytest.fixture
def run(ai, site):
    return AutomationService.run_now(site=site)


def limit(site, **fields):
    config = config_of(site)
    for name, value in fields.items():
        setattr(config, name, value)
    config.save()


class TestRun:
    def test_turns_keywords_into_articles_that_wait_for_review(self, run, work, site):
        run = work(run)
        assert (run.status, run.current_stage, run.error) == (RunStatus.COMPLETED, 7, "")
        assert not Keyword.objects.filter(site=site, cluster=None).exists()
        # Two clusters with two ideas each, and three images for each article.
        assert Content.objects.filter(site=site, status=Content.Status.REVIEW).count() == 4
        assert Image.objects.count() == 12

    def test_goes_through_the_stages_strictly_in_sequence(self, run, work, ai):
        work(run)
        assert [operation for operation, _ in ai.calls] == (
            ["clustering", "idea_generation"]
            + ["content_generation"] * 4 + ["image_prompt_extraction"] * 4 + ["image_generation"] * 12
        )  # fmt: skip

    def test_tells_for_each_stage_what_was_done_and_what_it_cost(self, run, work, site):
        run = work(run)
        told = [(s.stage, s.done, s.failed, s.created) for s in progress_of([run])[run.pk]]
        assert told == [
            (1, 1, 0, 2), (2, 1, 0, 4), (3, 1, 0, 4), (4, 4, 0, 4), (5, 4, 0, 12), (6, 12, 0, 12), (7, 1, 0, 4),
        ]  # fmt: skip
        assert credits_used(run) == sum(deductions(site).values()) > 0
        assert sum(s.credits for s in progress_of([run])[run.pk]) == credits_used(run)

    def test_names_each_operation_by_run_stage_and_rows(self, run, work, site):
        task = task_of(site)
        work(run)
        assert f"automation:{run.pk}:4:{task.pk}" in deductions(site)
        assert all(operation_id.startswith(f"automation:{run.pk}:") for operation_id in deductions(site))

    @pytest.mark.parametrize("trigger", Trigger)
    def test_works_on_the_execution_path_of_its_trigger(self, ai, work, site, trigger):
        scheduled_for = timezone.now() if trigger == Trigger.SCHEDULED else None
        work(AutomationService.start(site=site, trigger=trigger, scheduled_for=scheduled_for))
        assert set(ai.paths) == {trigger.value}
        charges = CreditTransaction.objects.filter(operation_id__startswith="automation:")
        assert {charge.metadata["execution_path"] for charge in charges} == {trigger.value}

    def test_with_nothing_to_do_is_completed_at_once(self, ai, work, demo):
        empty = site_with(name="Empty")
        run = work(AutomationService.run_now(site=empty))
        assert (run.status, ai.calls) == (RunStatus.COMPLETED, [])

    def test_touches_no_other_site(self, run, work, site):
        other = site_with(name="Other", keywords=3)
        draft_of(other, prompts=1)
        work(run)
        assert Keyword.objects.filter(site=other, cluster=None).count() == 3
        assert not Image.objects.filter(prompt__content__site=other).exists()

    def test_leaves_what_a_person_has_published_alone(self, run, work, site):
        content = draft_of(site, prompts=2)
        Content.objects.filter(pk=content.pk).update(status=Content.Status.PUBLISHED)
        work(run)
        assert not Image.objects.filter(prompt__content=content).exists()


class TestBatch:
    @pytest.mark.parametrize(("size", "calls"), [(1, [1] * 4), (3, [3, 1]), (4, [4]), (200, [4])])
    def test_of_the_first_stage_is_what_one_call_takes(self, ai, work, site, size, calls):
        limit(site, stage_1_batch_size=size)
        work(AutomationService.run_now(site=site))
        assert [len(rows) for operation, rows in ai.calls if operation == "clustering"] == calls

    @pytest.mark.parametrize(("size", "calls"), [(1, [1, 1]), (2, [2])])
    def test_of_the_second_stage_is_what_one_call_takes(self, ai, work, site, size, calls):
        limit(site, stage_2_batch_size=size)
        work(AutomationService.run_now(site=site))
        assert [len(rows) for operation, rows in ai.calls if operation == "idea_generation"] == calls

    @pytest.mark.parametrize("size", [1, 3])
    def test_of_stages_with_a_row_a_unit_leaves_no_row_out(self, run, work, site, size):
        limit(site, stage_4_batch_size=size, stage_5_batch_size=size, stage_6_batch_size=size)
        assert work(run).status == RunStatus.COMPLETED
        assert Image.objects.count() == 12


class TestLimit:
    def test_of_articles_leaves_the_other_tasks_to_the_next_run(self, ai, work, site):
        limit(site, max_articles=3, stage_4_batch_size=2)
        work(AutomationService.run_now(site=site))
        assert (ai.count("content_generation"), Task.objects.filter(status="queued").count()) == (3, 1)
        work(AutomationService.run_now(site=site))
        assert (ai.count("content_generation"), Task.objects.filter(status="queued").count()) == (4, 0)

    def test_of_images_leaves_their_articles_drafts_until_they_are_complete(self, ai, work, site):
        limit(site, max_images=4)
        work(AutomationService.run_now(site=site))
        assert Content.objects.filter(site=site, status=Content.Status.REVIEW).count() == 1
        limit(site, max_images=30)
        work(AutomationService.run_now(site=site))
        assert Content.objects.filter(site=site, status=Content.Status.REVIEW).count() == 4
        assert ai.count("image_generation") == 12

    def test_of_none_writes_nothing(self, ai, work, site):
        limit(site, max_articles=0, max_images=0)
        draft_of(site, prompts=2)
        work(AutomationService.run_now(site=site))
        assert (ai.count("content_generation"), ai.count("image_generation")) == (0, 0)


UNAVAILABLE = AIError("The provider answered 503.")


def refuse(*rows, error=UNAVAILABLE):
    """Return what refuses these rows, or all of them."""

    def before(called_with):
        if not rows or set(rows) & set(called_with):
            raise error

    return before


class TestFailedUnit:
    @pytest.fixture
    def tasks(self, site):
        Keyword.objects.all().delete()
        return [task_of(site, f"Task {number}") for number in range(6)]

    def test_does_not_keep_the_others_from_being_done(self, run, work, ai, tasks):
        ai.before["content_generation"] = refuse(tasks[1].pk, tasks[3].pk)
        run = work(run)
        assert (run.status, run.current_stage) == (RunStatus.COMPLETED, 7)
        assert run.error == "Stage 4, tasks to content: The provider answered 503."
        stage = progress_of([run])[run.pk][0]
        assert (stage.stage, stage.done, stage.failed) == (4, 4, 2)
        assert ai.count("content_generation") == 6

    def test_is_not_charged_and_left_to_the_next_run(self, run, work, ai, site, tasks):
        ai.before["content_generation"] = refuse(tasks[1].pk)
        work(run)
        assert not any(operation_id.endswith(f":4:{tasks[1].pk}") for operation_id in deductions(site))
        ai.before.clear()
        work(AutomationService.run_now(site=site))
        assert Content.objects.filter(task=tasks[1]).exists()

    def test_fails_the_run_with_the_third_in_a_row(self, run, work, ai, tasks):
        ai.before["content_generation"] = refuse()
        run = work(run)
        assert (run.status, ai.count("content_generation")) == (RunStatus.FAILED, outcomes.MAX_FAILURES_IN_A_ROW)
        assert "The provider answered 503." in run.error
        assert run.finished_at is not None

    def test_fails_the_run_when_nothing_else_was_done(self, ai, work, site):
        Keyword.objects.all().delete()
        task_of(site)
        ai.before["content_generation"] = refuse()
        assert work(AutomationService.run_now(site=site)).status == RunStatus.FAILED

    def test_tells_the_class_of_an_unforeseen_error_and_not_its_text(self, run, work, ai, tasks):
        ai.before["content_generation"] = refuse(tasks[0].pk, error=KeyError("sk-secret"))
        run = work(run)
        assert run.error == "Stage 4, tasks to content: KeyError; the log has more."
        assert "secret" not in AutomationUnit.objects.get(run=run, status="failed").error

    def test_is_not_begun_for_ever_when_its_worker_dies_of_it(self, run, work, ai, tasks):
        class Death(BaseException):
            """Stands for what ends a process."""

        ai.before["content_generation"] = refuse(tasks[0].pk, error=Death())
        for _ in range(worker.MAX_ATTEMPTS):
            with pytest.raises(Death):
                work(run)
        run = work(run)
        assert run.status == RunStatus.COMPLETED
        assert "begun 5 times" in AutomationUnit.objects.get(run=run, status="failed").error


class TestEmptyAccount:
    @pytest.fixture
    def tasks(self, site):
        Keyword.objects.all().delete()
        return [task_of(site, f"Task {number}") for number in range(3)]

    def broke(self, ai, task):
        ai.before["content_generation"] = refuse(task.pk, error=InsufficientCreditsError("Has 0 credits, needs 10."))

    def test_pauses_a_run_by_hand_with_the_reason_until_it_is_resumed(self, run, work, ai, site, tasks):
        self.broke(ai, tasks[1])
        run = work(run)
        assert (run.status, run.finished_at) == (RunStatus.PAUSED, None)
        assert run.error == "Stage 4, tasks to content: Has 0 credits, needs 10."
        ai.before.clear()
        AutomationService.resume(site=site)
        run = work(run)
        assert (run.status, run.error) == (RunStatus.COMPLETED, "")
        assert [rows for operation, rows in ai.calls if operation == "content_generation"] == [
            (tasks[0].pk,), (tasks[1].pk,), (tasks[1].pk,), (tasks[2].pk,)
        ]  # fmt: skip

    def test_fails_a_scheduled_run_so_that_the_schedule_goes_on(self, ai, work, site, tasks):
        hour = tasks[0].created_at
        run = AutomationService.start(site=site, trigger=Trigger.SCHEDULED, scheduled_for=hour)
        self.broke(ai, tasks[1])
        run = work(run)
        assert (run.status, run.is_active) == (RunStatus.FAILED, False)
        assert "needs 10" in run.error

    def test_cannot_start_a_run_and_nothing_is_called(self, ai, site, demo):
        empty = Account.objects.create(name="Empty", plan=site.account.plan)
        with pytest.raises(InsufficientCreditsError, match="Empty has 0 credits, and a run is expected to need"):
            AutomationService.run_now(site=site_with(account=empty, keywords=3))
        assert (ai.calls, AutomationRun.objects.count()) == ([], 0)


class TestFlip:
    """A unit of a run is a unit of work of its own."""

    FLAG = "model-based-credits"

    @pytest.fixture
    def tasks(self, site):
        Keyword.objects.all().delete()
        limit(site, max_images=0)
        return [task_of(site, f"Task {number}") for number in range(3)]

    def priced_by(self, run):
        rows = CreditTransaction.objects.filter(operation_id__startswith=f"automation:{run.pk}:4:")
        return list(rows.order_by("pk").values_list("priced_by", flat=True))

    def flip_during_the_second_article(self, ai, site, flip):
        def before(_rows):
            if ai.count("content_generation") == 2:
                decide(self.FLAG, site.account_id)
                flip()

        ai.before["content_generation"] = before

    def everyone(self, value):
        (phase,) = (phase for phase in PLAN.phases if self.FLAG in {flag.name for flag in phase.flags})
        for flag in phase.flags:
            change_flag(name=flag.name, change=FlagChange(everyone=value), actor="tester")

    def test_forward_reaches_the_next_unit(self, run, work, ai, site, tasks):
        self.flip_during_the_second_article(ai, site, lambda: self.everyone(True))
        run = work(run)
        assert self.priced_by(run) == ["control", "control", "candidate"]

    def test_back_reaches_the_unit_at_work(self, run, work, ai, site, tasks):
        self.everyone(True)
        self.flip_during_the_second_article(ai, site, lambda: roll_back(name=self.FLAG, actor="tester"))
        run = work(run)
        assert self.priced_by(run) == ["candidate", "control", "control"]
