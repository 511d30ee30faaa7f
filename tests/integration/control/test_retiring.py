"""Flags that nothing asks any more: off every list, kept on the trail, and brought back as they were."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core.checks import run_checks
from django.core.management import call_command

from igny8_core.migration_plan import PLAN
from migration_harness import queries
from migration_harness.control import retiring
from migration_harness.control.creation import create_flag
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.control.retiring import on_lists
from migration_harness.control.triggers import operation
from migration_harness.deciding.flags import Announcement, load_snapshot
from migration_harness.deciding.snapshot import FlagState
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import AuditTampered, FlagAsked, FlagRetired
from migration_harness.metrics import HarnessCollector
from migration_harness.models import AuditEvent, Drift, Epoch, Flag, Rollout
from migration_harness.plan import Phase, Plan, PlannedFlag
from migration_harness.trail import audit

NAME = "old-prices"
PLANNED = PlannedFlag(name=NAME, owner="ada", note="Prices by weight.")


@pytest.fixture
def old(demo):
    """A flag at its end, of which neither the plan nor a seam knows any more."""
    create_flag(planned=PLANNED, baseline=Stage.SHADOW, actor="seed")
    change_flag(name=NAME, change=FlagChange(everyone=True, stage=Stage.COMPLETE), actor="ada")
    return Flag.objects.get(name=NAME)


def retire(name=NAME, *, retired=True):
    return change_flag(name=name, change=FlagChange(retired=retired), actor="ada", reason="its seam is gone")


def refused(name=NAME):
    with pytest.raises(FlagAsked) as caught:
        retire(name)
    assert not Flag.objects.get(name=name).retired
    return str(caught.value)


def warned():
    return [found.msg for found in run_checks(databases=["default"]) if found.id == "migration_harness.W037"]


@pytest.mark.usefixtures("old")
class TestRetired:
    def test_is_off_every_list(self):
        retire()
        assert NAME not in {flag.name for flag in queries.flag_statuses()}
        assert NAME not in queries.cohorts(["1"])
        assert NAME not in queries.status(gates={phase.number: {} for phase in PLAN.phases})["flags"]
        assert NAME not in on_lists(load_snapshot())
        assert NAME not in {
            each.labels.get("flag") for metric in HarnessCollector().collect() for each in metric.samples
        }

    def test_is_kept_on_the_trail_which_holds(self):
        retire()
        event = AuditEvent.objects.filter(subject=NAME).latest("id")
        assert (event.actor, event.before, event.after) == ("ada", {"retired": False}, {"retired": True})
        assert audit.verify() == AuditEvent.objects.count()

    def test_past_the_harness_is_found_by_the_trail(self):
        with operation():
            Flag.objects.filter(name=NAME).update(retired=True, epoch=Epoch.objects.get().value)
        with pytest.raises(AuditTampered, match="old-prices"):
            audit.verify()

    def test_decides_as_before_for_whoever_asks_it_still(self):
        """A process of yesterday's code has the seam until it is gone."""
        before = load_snapshot().flags[NAME]
        flip = retire()
        after = load_snapshot().flags[NAME]
        assert after == replace(before, retired=True, epoch=flip.epoch)
        assert load_snapshot().decide(NAME, "1").in_cohort

    def test_can_be_rolled_back_for_them(self):
        retire()
        roll_back(name=NAME, actor="ada")
        assert not load_snapshot().decide(NAME, "1").in_cohort

    def test_takes_no_other_change(self):
        retire()
        with pytest.raises(FlagRetired, match="harness flag old-prices --unretire"):
            change_flag(name=NAME, change=FlagChange(share_bps=100), actor="ada")

    def test_is_not_made_anew_by_its_name(self):
        retire()
        assert (
            create_flag(planned=replace(PLANNED, requires=("model-selection",)), baseline=Stage.OFF, actor="x") is False
        )
        flag = Flag.objects.get(name=NAME)
        assert (flag.retired, flag.requires) == (True, [])

    def test_comes_back_as_it_was(self):
        before = load_snapshot().flags[NAME]
        retire()
        flip = retire(retired=False)
        assert load_snapshot().flags[NAME] == replace(before, epoch=flip.epoch)
        assert NAME in {flag.name for flag in queries.flag_statuses()}
        assert audit.verify() == AuditEvent.objects.count()

    def test_twice_is_once(self):
        retire()
        assert not retire().changed

    def test_is_told_where_the_plan_has_it_again(self, monkeypatch):
        retire()
        assert warned() == []
        plan = Plan(phases=(Phase(number=1, name="", risk="", way_back="", flags=(PLANNED,)),))
        monkeypatch.setattr("migration_harness.checks.plan", lambda: plan)
        assert warned() == [
            "The flag old-prices is retired, and the running code has it: it decides as before, and no list shows it."
        ]

    def test_is_brought_back_by_no_seed(self):
        retire()
        call_command("seed", verbosity=0)
        assert Flag.objects.get(name=NAME).retired


@pytest.mark.usefixtures("old")
class TestAFlag:
    def test_that_a_seam_asks_is_not_retired(self):
        assert refused("model-selection").startswith(
            "model-selection is not retired: the running code asks it in models.cost_usd, models.default, "
        )

    def test_that_the_plan_names_is_not_retired(self):
        """Nobody's seam asks it, and code does, by name."""
        assert "the plan names it" in refused("ai-models-endpoint")

    def test_that_another_requires_is_retired_after_that(self):
        create_flag(planned=PlannedFlag(name="b", owner="", note="", requires=(NAME,)), baseline=Stage.OFF, actor="x")
        assert "it is required by b, so retire that first" in refused()
        retire("b")
        assert retire().changed

    def test_with_an_open_rollout_is_not_retired(self):
        Rollout.objects.create(flag=NAME, epoch=1, started_by="ada", started_at=datetime(2026, 1, 4, tzinfo=UTC))
        assert "a rollout of it is open" in refused()

    @pytest.mark.parametrize(("has_store", "is_refused"), [(True, True), (False, False)])
    def test_whose_stores_differ_is_not_retired(self, has_store, is_refused):
        name = "stores"
        create_flag(
            planned=PlannedFlag(name=name, owner="", note="", has_store=has_store), baseline=Stage.OFF, actor="x"
        )
        Drift.objects.create(
            seam="gone", key="k", account_id="", authoritative="candidate", stage="live", epoch=1,
            at=datetime(2026, 1, 4, tzinfo=UTC) - timedelta(hours=1),
        )  # fmt: skip
        if is_refused:
            assert "its stores differ in 1 keys" in refused(name)
        else:
            assert retire(name).changed

    def test_of_drills_is_not_retired(self):
        create_flag(planned=PlannedFlag(name=retiring.DRILL_FLAG, owner="", note=""), baseline=Stage.OFF, actor="x")
        assert "drills of the harness use it" in refused(retiring.DRILL_FLAG)


@pytest.mark.usefixtures("old")
class TestTheAnnouncement:
    def test_of_a_retired_flag_is_its_epoch_alone(self):
        """The code before knows of no such field, and loads the flags."""
        flip = retire()
        assert Announcement.of(name=NAME, epoch=flip.epoch) == f'{{"epoch": {flip.epoch}}}'

    def test_of_another_says_no_more_than_the_code_before_can_read(self):
        read = Announcement.read(Announcement.of(name="model-selection", epoch=9))
        assert isinstance(read.flag, FlagState)
        assert "retired" not in Announcement.of(name="model-selection", epoch=9)


@pytest.mark.usefixtures("old")
class TestTheCommand:
    def test_asks_for_a_reason_and_a_yes(self, harness):
        assert harness("flag", NAME, "--retire")[0] == 2
        code, _, err = harness("flag", NAME, "--retire", "--reason", "gone")
        assert (code, "add --yes" in err) == (2, True)
        assert not Flag.objects.get(name=NAME).retired

    def test_retires_and_brings_back(self, harness):
        code, out, _ = harness("flag", NAME, "--retire", "--reason", "gone", "--yes")
        assert (code, "old-prices is retired: it is off every list" in out) == (0, True)
        assert "retired         nothing asks it" in harness("flag", NAME)[1]
        assert harness("flag", NAME, "--share", "5")[0] == 3
        code, out, _ = harness("flag", NAME, "--unretire", "--reason", "too early", "--json")
        assert (code, '"retired": false' in out) == (0, True)

    def test_goes_with_no_other_change(self, harness):
        assert harness("flag", NAME, "--retire", "--share", "5", "--reason", "x", "--yes")[0] == 2

    def test_is_refused_where_something_asks(self, harness):
        assert harness("flag", "model-selection", "--retire", "--reason", "x", "--yes")[0] == 3

    def test_of_all_flags_rolls_back_what_lists_show(self, harness):
        retire()
        epoch = Flag.objects.get(name=NAME).epoch
        assert harness("rollback", "--all")[0] == 0
        assert Flag.objects.get(name=NAME).epoch == epoch
