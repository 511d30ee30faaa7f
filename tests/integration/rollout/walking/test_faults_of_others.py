"""Faults that rollouts of others have had, each with where it was told, and what ours does in its place."""

from datetime import timedelta

import pytest

from migration_harness.approving import answering
from migration_harness.authority.actors import Origin, of_user
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.exceptions import InvalidChange
from migration_harness.models import Approval, Rollout
from migration_harness.rollout.guards.guard import Reading
from migration_harness.rollout.running import abort, back_to, pause, resume
from migration_harness.rollout.status import rollout_status
from tests.integration.evidence_rows import compared
from tests.people import trusted

from .parts import FLAG, FakeGuard, flag, share

ARGO = "https://github.com/argoproj/argo-rollouts"
FLAGGER = "https://github.com/fluxcd/flagger"
GROWTHBOOK = "https://github.com/growthbook/growthbook"


def promoted_while_inconclusive(walk, guards):
    """A pause ended, and with it the step was promoted, though the analysis beside it was inconclusive."""
    walk.start()
    guards[0].reading = Reading.NO_DATA
    walk.step()
    pause(flag=FLAG, actor="bob")
    resume(flag=FLAG, actor="bob")
    assert (walk.look(times=20).held, share()) == ("no data", 100)


def stuck_after_inconclusive(walk, guards):
    """After an inconclusive analysis a person said go on, and it never did."""
    promoted_while_inconclusive(walk, guards)
    guards[0].reading = Reading.HOLDS
    assert walk.look(times=7).position == 1


def went_on_when_traffic_had_stopped(walk, guards):
    """There was traffic at first; later there was none, and it went on."""
    walk.start()
    compared(5)
    walk.look(times=3)
    guards[0].reading = Reading.NO_DATA
    assert (walk.look(times=30).held, share()) == ("no data", 100)


def a_trickle_was_enough(walk, guards):
    """Two requests in the whole analysis let it succeed."""
    walk.start()
    compared(2)
    assert (walk.look(times=30).held, share()) == ("sample", 100)


def passed_because_nothing_was_measured(walk, guards):
    """No metric was configured that is measured, so every analysis passed."""
    walk.start()
    guards.clear()
    assert (walk.step().held, share()) == ("unwatched", 100)


def nothing_measured_from_the_start(walk, guards):
    """The same, where it could have been told before it began."""
    guards.clear()
    with pytest.raises(InvalidChange, match="nothing would roll it back"):
        walk.start()


def went_on_above_the_threshold(walk, guards):
    """The errors were far above the threshold, and the rollout went on; nobody could see what had been measured."""
    walk.start()
    guards[0].reading = Reading.BROKEN
    walk.look()
    shown = rollout_status(FLAG)
    assert (shown.state, shown.guards[0].sentence, flag().everyone) == ("rolled_back", "It says broken.", False)


def failed_analysis_did_not_abort(walk, guards):
    """The analysis failed for good, and the rollout stayed under way, without a word of it."""
    walk.start()
    guards.append(FakeGuard("latency", Reading.BROKEN))
    assert walk.look().sentence == "latency: It says broken."


def error_of_the_analysis_was_not_shown(walk, guards):
    """The analysis could not run, and the rollout said that it was progressing."""
    walk.start()
    guards[0].reading = RuntimeError("two rules of one name")
    assert rollout_status(FLAG).held == ""
    walk.look()
    shown = rollout_status(FLAG)
    assert (shown.held, shown.sentence) == ("no data", "errors: It could not be read (RuntimeError).")


def abort_was_ignored_in_a_pause(walk, guards):
    """Aborted while it paused at a step, it went on with the pause, and then promoted."""
    walk.start()
    walk.prove()
    pause(flag=FLAG, actor="bob")
    abort(flag=FLAG, actor="bob")
    walk.look(times=20)
    assert (flag().everyone, Rollout.objects.get().state) == (False, "aborted")


def stale_snapshot_was_applied_again(walk, guards):
    """A scheduler that had read the state before wrote it back over what a person had changed meanwhile."""
    walk.start()
    walk.step()
    change_flag(name=FLAG, change=FlagChange(everyone=False), actor="alice")
    walk.look(times=20)
    assert (flag().everyone, share()) == (False, 500)
    assert Rollout.objects.get().state == "rolled_back"


def halted_release_was_resumed(walk, guards):
    """A daily job raised the share of a release that somebody had halted."""
    walk.start()
    walk.prove()
    change_flag(name=FLAG, change=FlagChange(share_bps=0), actor="alice")
    assert (walk.look(seconds=86_400).state, share()) == ("stopped", 0)


def steps_were_skipped_after_an_outage(walk, guards):
    """After an outage all overdue steps were made up for, in one jump or one after the other."""
    walk.start()
    walk.step()
    compared(1_000)
    walk.look(times=3)
    held = walk.look(seconds=7 * 86_400, times=20)
    assert (held.held, share()) == ("soaking", 500)
    assert rollout_status(FLAG).steps[1].soaked_seconds == 20
    walk.look(times=4)
    assert share() == 2_500, "the step that was due, and no other"


def resuming_replayed_what_was_overdue(walk, guards):
    """A rollout that was resumed after a long pause ran through all steps that were overdue, at once."""
    walk.start()
    compared(1_000)
    pause(flag=FLAG, actor="bob")
    walk.look(seconds=86_400, times=5)
    resume(flag=FLAG, actor="bob")
    assert (walk.look(times=3).position, share()) == (0, 100)


def lost_dates(walk, guards):
    """Steps lost their dates when they were converted; without one they were instant, and it ran to everybody."""
    with pytest.raises(InvalidChange, match="needs a soak"):
        walk.start(soak=timedelta(0))
    walk.start(soak=None, sample=None)
    assert {step.soak_seconds for step in rollout_status(FLAG).steps} == {60}


def pause_counted_as_time(walk, guards):
    """Time in a pause counted as progress, so what came after it was cut short."""
    walk.start()
    compared(5)
    walk.look(times=3)
    pause(flag=FLAG, actor="bob")
    walk.look(times=60)
    resume(flag=FLAG, actor="bob")
    walk.look()
    assert rollout_status(FLAG).steps[0].soaked_seconds == 20


def never_advanced_by_itself(walk, guards):
    """What a step waited for was refreshed by hand alone: by itself the rollout never went on."""
    walk.start()
    walk.prove()
    assert walk.look().position == 1


def stranded_without_a_next_time(walk, guards):
    """A step without a time had no next look, and was never looked at again."""
    walk.start(sample=0)
    for _ in range(5):
        walk.look(times=7)
    assert Rollout.objects.get().state == "finished"


def completed_at_once_after_a_jump(walk, guards):
    """After a jump to the last step and a resume, the soak of that step was left out, and it was complete."""
    walk.start(shares_bps=(5_000, 10_000))
    walk.step()
    back_to(flag=FLAG, share_bps=5_000, actor="bob")
    resume(flag=FLAG, actor="bob")
    assert walk.look().position == 1
    assert (walk.look(times=6).state, rollout_status(FLAG).steps[1].is_proven) == ("running", False)


def approval_landed_on_the_wrong_step(walk, guards):
    """An approval was counted for another step than the one that was looked at."""
    ada, grace = (of_user(trusted(name), origin=Origin.SIGNED_IN) for name in ("ada", "grace"))
    walk.start(actor=ada, approve_before_bps=(500, 2_500))
    walk.step()
    number = Approval.objects.get().pk
    answering.approve(number=number, by=grace)
    walk.look()
    held = walk.step()
    assert (held.held, share(), Approval.objects.get(pk=number).state) == ("approval", 500, "used")


def start_passed_the_approval(walk, guards):
    """One way to start asked for the approval of the start, and another did not."""
    ada = of_user(trusted("ada"), origin=Origin.SIGNED_IN)
    walk.start(actor=ada, approve_before_bps=(100,))
    resume(flag=FLAG, actor=ada)
    assert (walk.look(times=5).held, share()) == ("approval", 0)


TABLE = [
    (promoted_while_inconclusive, f"{ARGO}/issues/3850"),
    (stuck_after_inconclusive, f"{ARGO}/issues/3015"),
    (went_on_when_traffic_had_stopped, f"{FLAGGER}/issues/1011"),
    (a_trickle_was_enough, f"{FLAGGER}/issues/1035"),
    (passed_because_nothing_was_measured, f"{FLAGGER}/issues/1581"),
    (nothing_measured_from_the_start, f"{FLAGGER}/issues/1581"),
    (went_on_above_the_threshold, f"{FLAGGER}/issues/1815"),
    (failed_analysis_did_not_abort, f"{ARGO}/issues/1107"),
    (error_of_the_analysis_was_not_shown, f"{ARGO}/issues/1832"),
    (abort_was_ignored_in_a_pause, f"{ARGO}/issues/1152"),
    (stale_snapshot_was_applied_again, f"{GROWTHBOOK}/pull/6330"),
    (halted_release_was_resumed, "https://github.com/wordpress-mobile/WordPress-Android/pull/23135"),
    (steps_were_skipped_after_an_outage, f"{GROWTHBOOK}/pull/5415"),
    (resuming_replayed_what_was_overdue, f"{GROWTHBOOK}/pull/6330"),
    (lost_dates, f"{GROWTHBOOK}/pull/6443"),
    (pause_counted_as_time, f"{ARGO}/pull/3711"),
    (never_advanced_by_itself, f"{GROWTHBOOK}/pull/6264"),
    (stranded_without_a_next_time, f"{GROWTHBOOK}/pull/5906"),
    (completed_at_once_after_a_jump, f"{GROWTHBOOK}/pull/6039"),
    (approval_landed_on_the_wrong_step, f"{GROWTHBOOK}/pull/6330"),
    (start_passed_the_approval, f"{GROWTHBOOK}/pull/6354"),
]
"""What two that lead at once did (argoproj/argo-rollouts, issue 2117) is in ``test_at_once.py``."""


class TestAFaultOfOthers:
    @pytest.mark.parametrize(("fault", "told_at"), TABLE, ids=[fault.__name__ for fault, _ in TABLE])
    def test_is_none_of_ours(self, walk, guards, fault, told_at):
        fault(walk, guards)
