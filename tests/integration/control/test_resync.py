"""A flag leaves its legacy store behind and comes back."""

import json

import pytest
from django.db import IntegrityError, transaction

from migration_harness.control.creation import create_flag
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.control.resync import resync
from migration_harness.control.triggers import next_epoch, operation
from migration_harness.deciding.stages import Side, Stage
from migration_harness.exceptions import InvalidChange, LegacyStoreStale, NoStorePair
from migration_harness.models import AuditEvent, Flag
from migration_harness.plan import PlannedFlag
from migration_harness.stores.pair import pairs, stores_equal

from ..stores.drifting import drifted, left
from ..trial_stores import FLAG, Trial

pytestmark = pytest.mark.django_db


@pytest.fixture
def trial(trial_stores):
    return Trial()


@pytest.fixture
def flag():
    """A flag with a store; returns a function that changes it."""
    create_flag(
        planned=PlannedFlag(name=FLAG, owner="", note="", has_store=True), baseline=Stage.SHADOW, actor="tester"
    )
    return lambda **fields: change_flag(name=FLAG, change=FlagChange(**fields), actor="tester")


@pytest.fixture
def complete(flag):
    """The flag at complete, for everyone."""
    flag(everyone=True, stage=Stage.COMPLETE)
    return flag


def resynced(to, **options):
    return resync(flag=FLAG, to=to, actor="tester", **options)


class TestResync:
    @pytest.fixture(autouse=True)
    def _contents(self, trial):
        for key, old, new in (("same", "1", "1"), ("other", "old", "new")):
            trial.control.write(key, old)
            trial.candidate.write(key, new)
        trial.control.write("legacy", "old")
        trial.candidate.write("modern", "new")

    def test_copies_to_the_candidate_what_the_control_has(self, trial, flag):
        found = resynced(Side.CANDIDATE)
        assert (found.copied, found.equal, found.extra) == (2, 1, ("modern",))
        assert trial.candidate.contents() == {"same": "1", "other": "old", "legacy": "old", "modern": "new"}
        assert "modern" not in trial.control.contents()

    def test_copies_to_the_control_what_the_candidate_has(self, trial, flag):
        flag(everyone=True)
        found = resynced(Side.CONTROL)
        assert (found.copied, found.equal, found.extra) == (2, 1, ("legacy",))
        assert trial.control.contents() == {"same": "1", "other": "new", "legacy": "old", "modern": "new"}

    def test_makes_the_stores_equal_but_for_what_only_the_target_has(self, trial, flag):
        trial.candidate.write("modern", None)
        assert not stores_equal(FLAG)
        resynced(Side.CANDIDATE)
        assert stores_equal(FLAG)

    def test_takes_what_has_drifted_from_the_side_of_its_last_write(self, trial, flag):
        drifted(trial, Stage.LIVE, key="other", value="newest")
        resynced(Side.CANDIDATE)
        assert (trial.control.read("other"), left()) == ("newest", [])

    def test_is_on_the_audit_trail(self, trial, flag):
        resynced(Side.CANDIDATE, reason="first fill")
        event = AuditEvent.objects.order_by("-id").first()
        assert (event.actor, event.action, event.subject, event.reason) == ("tester", "resync", FLAG, "first fill")
        assert (event.after, event.evidence) == ({"to": "candidate"}, {"copied": 2, "equal": 1, "extra": ["modern"]})

    def test_says_how_far_it_is(self, trial, flag):
        progress = []
        resynced(Side.CANDIDATE, on_progress=lambda *of: progress.append(of))
        assert progress == [(1, 3), (2, 3), (3, 3)]

    @pytest.mark.parametrize(("everyone", "to"), [(None, Side.CONTROL), (True, Side.CANDIDATE)])
    def test_onto_the_side_that_answers_for_everybody_is_refused(self, trial, flag, everyone, to):
        flag(everyone=everyone)
        before = trial.values
        with pytest.raises(InvalidChange, match=f"harness resync {FLAG} --to {to.other}"):
            resynced(to)
        assert trial.values == before

    def test_without_declared_stores_says_what_to_declare(self, flag, monkeypatch):
        monkeypatch.setattr(pairs, "_by_seam", {})
        with pytest.raises(NoStorePair, match="StorePair"):
            resynced(Side.CANDIDATE)


class TestComplete:
    """Where the legacy store is written no more, nobody may read it."""

    @pytest.mark.parametrize("fields", [{}, {"share_bps": 10_000}, {"account_id": "1", "membership": "on"}])
    def test_is_refused_for_a_part(self, flag, fields):
        with pytest.raises(InvalidChange, match="--everyone yes"):
            flag(stage=Stage.COMPLETE, **fields)

    def test_is_refused_while_an_account_is_excluded(self, flag):
        flag(account_id="1", membership="off")
        with pytest.raises(InvalidChange, match="--account ID --inherit"):
            flag(stage=Stage.COMPLETE, everyone=True)
        flag(stage=Stage.COMPLETE, everyone=True, account_id="1", membership="inherit")
        assert Flag.objects.get(name=FLAG).stage == "complete"

    def test_is_refused_to_a_flag_whose_cohort_another_one_can_take_away(self, trial):
        planned = PlannedFlag(name=FLAG, owner="", note="", has_store=True, requires=("needed",))
        create_flag(planned=planned, baseline=Stage.SHADOW, actor="tester")
        with pytest.raises(InvalidChange, match="needed"):
            change_flag(name=FLAG, change=FlagChange(stage=Stage.COMPLETE, everyone=True), actor="tester")

    @pytest.mark.parametrize("fields", [{"everyone": None}, {"account_id": "1", "membership": "off"}])
    def test_for_everyone_is_not_made_one_for_a_part(self, trial, complete, fields):
        with pytest.raises(InvalidChange, match="nobody may read it"):
            complete(**fields)

    @pytest.mark.parametrize("fields", [{"share_bps": 100}, {"account_id": "1", "membership": "on"}])
    def test_for_everyone_allows_what_takes_nobody_out(self, trial, complete, fields):
        assert complete(**fields).changed

    def test_for_a_part_is_refused_by_the_database_too(self, trial, complete):
        with (
            pytest.raises(IntegrityError, match="flag_leaves_a_store_only_for_everyone"),
            transaction.atomic(),
            operation(),
        ):
            Flag.objects.filter(name=FLAG).update(everyone=None, epoch=next_epoch())

    def test_is_free_to_a_flag_without_a_store(self):
        create_flag(planned=PlannedFlag(name="plain", owner="", note=""), baseline=Stage.OFF, actor="tester")
        change = FlagChange(stage=Stage.COMPLETE, share_bps=100)
        assert change_flag(name="plain", change=change, actor="tester").changed


class TestWayBackFromComplete:
    @pytest.fixture(autouse=True)
    def _written(self, trial, complete):
        trial.write("k", "new")
        assert trial.values == ({}, {"k": "new"})

    def back(self):
        return roll_back(name=FLAG, actor="tester")

    def test_is_refused_while_the_legacy_store_lacks_something_and_names_the_command(self):
        with pytest.raises(LegacyStoreStale, match=f"python manage.py harness resync {FLAG} --to control"):
            self.back()
        assert Flag.objects.get(name=FLAG).everyone is True

    @pytest.mark.parametrize("fields", [{"everyone": False}, {"stage": Stage.RAMPDOWN}, {"stage": Stage.LIVE}])
    def test_is_refused_by_every_other_change_as_well(self, complete, fields):
        with pytest.raises(LegacyStoreStale):
            complete(**fields)

    def test_is_free_where_the_stores_happen_to_be_equal(self, trial, complete):
        trial.control.write("k", "new")
        assert self.back().changed
        assert trial.write() == "control"
        complete(everyone=True)
        assert trial.write() == "candidate"

    def test_is_free_after_a_resync_however_much_is_written_since(self, trial):
        found = resynced(Side.CONTROL)
        assert (found.copied, found.stage) == (1, Stage.RAMPDOWN)
        trial.write("k", "newer")
        assert self.back().changed
        assert trial.values == ({"k": "newer"}, {"k": "newer"})

    def test_brings_what_was_written_during_the_resync(self, trial):
        def write_late(done, total):
            trial.write("late", "new")

        resynced(Side.CONTROL, on_progress=write_late)
        assert trial.control.contents() == {"k": "new", "late": "new"}

    def test_is_not_held_up_by_what_only_the_legacy_store_has(self, trial):
        trial.control.write("gone", "old")
        assert resynced(Side.CONTROL).extra == ("gone",)
        assert self.back().changed

    def test_is_refused_where_nobody_can_tell(self, monkeypatch):
        monkeypatch.setattr(pairs, "_by_seam", {})
        with pytest.raises(LegacyStoreStale, match="StorePair"):
            self.back()


class TestCommands:
    def test_resync_says_what_was_copied_and_what_is_extra(self, trial, flag, harness):
        trial.control.write("k", "new")
        trial.candidate.write("modern", "new")
        code, out, _ = harness("resync", FLAG, "--to", "candidate")
        assert (code, "1 keys copied to the candidate" in out, "modern" in out) == (0, True, True)
        found = json.loads(harness("resync", FLAG, "--to", "candidate", "--json")[1])
        assert found == {
            "flag": FLAG, "to": "candidate", "copied": 0, "equal": 1, "extra": ["modern"], "stage": "live",
        }  # fmt: skip

    def test_resync_onto_the_side_that_answers_for_everybody_is_wrong_usage(self, trial, flag, harness):
        code, _, err = harness("resync", FLAG, "--to", "control")
        assert (code, f"harness resync {FLAG} --to candidate" in err) == (2, True)

    def test_rollback_from_complete_fails_until_the_resync(self, demo, trial, complete, harness):
        trial.write("k", "new")
        code, _, err = harness("rollback", FLAG)
        assert (code, f"harness resync {FLAG} --to control" in err) == (1, True)
        assert harness("resync", FLAG, "--to", "control")[0] == 0
        assert harness("rollback", FLAG)[0] == 0
