"""A step before which another person is asked."""

from dataclasses import replace

import pytest

from igny8_core import migration_plan
from migration_harness.approving import answering
from migration_harness.authority.actors import Origin, of_user
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.exceptions import ApprovalVoid, SecondPersonNeeded
from migration_harness.models import Approval, Rollout
from migration_harness.rollout.guards.guard import Reading
from migration_harness.rollout.notices import confirming
from migration_harness.rollout.notices.confirming import Answer, Confirmation
from migration_harness.rollout.running import abort, resume
from tests.people import trusted

from .parts import FLAG, share


@pytest.fixture
def people(walk):
    """Two who may operate and approve, signed in."""
    return [of_user(trusted(name), origin=Origin.SIGNED_IN) for name in ("ada", "grace")]


@pytest.fixture
def waiting(walk, people):
    """A rollout of ada's that waits before 5 %; the number of what it asks."""
    walk.start(actor=people[0], approve_before_bps=(500,))
    walk.prove()
    assert walk.look().held == "approval"
    return Approval.objects.get().pk


@pytest.fixture
def two_to_go_live(walk, monkeypatch):
    """The plan wants two people for letting anybody join the credits' flag."""
    plan = migration_plan.PLAN
    phases = tuple(
        replace(phase, go_live_by=2) if FLAG in {flag.name for flag in phase.flags} else phase for phase in plan.phases
    )
    monkeypatch.setattr(migration_plan, "PLAN", replace(plan, phases=phases))


class TestAStepThatNeedsAnotherPerson:
    def test_waits_for_them_and_says_by_which_approval(self, walk, waiting):
        held = walk.look(times=30)
        assert (held.position, held.held, share(), Approval.objects.count()) == (0, "approval", 100, 1)
        assert f"It awaits approval {waiting}: another person approves it at " in held.sentence
        assert held.sentence.endswith("Then the rollout goes on by itself.")

    def test_is_taken_when_they_have_approved(self, walk, waiting, people):
        answering.approve(number=waiting, by=people[1])
        assert (walk.look().position, share()) == (1, 500)
        assert Approval.objects.get().state == "used"

    def test_is_not_approved_by_whoever_started_it(self, walk, waiting, people):
        with pytest.raises(SecondPersonNeeded):
            answering.approve(number=waiting, by=people[0])
        assert walk.look().position == 0

    def test_lets_an_approval_of_one_step_pass_no_other(self, walk, people):
        walk.start(actor=people[0], approve_before_bps=(500, 2_500))
        walk.step()
        answering.approve(number=Approval.objects.get().pk, by=people[1])
        walk.look()
        held = walk.step()
        assert (held.position, held.held, share()) == (1, "approval", 500)
        assert Approval.objects.filter(state="asked").count() == 1

    def test_pauses_where_they_refuse_and_is_asked_anew_when_it_is_resumed(self, walk, waiting, people, told):
        answering.refuse(number=waiting, by=people[1], reason="after the holidays")
        paused = walk.look()
        assert (paused.state, told[-1][0]) == ("paused", "paused")
        assert f"Approval {waiting} was refused by grace: after the holidays." in paused.sentence
        walk.look(times=20)
        assert Approval.objects.count() == 1
        resume(flag=FLAG, actor=people[0])
        assert walk.look().held == "approval"
        assert list(Approval.objects.order_by("pk").values_list("state", flat=True)) == ["refused", "asked"]

    @pytest.mark.parametrize(
        "act",
        [
            lambda: abort(flag=FLAG, actor="ada"),
            lambda: change_flag(name=FLAG, change=FlagChange(share_bps=4_200), actor="ada"),
        ],
        ids=["an abort", "a change by hand"],
    )
    def test_is_not_approved_any_more_after(self, walk, waiting, people, act):
        act()
        with pytest.raises(ApprovalVoid):
            answering.approve(number=waiting, by=people[1])

    def test_rolls_back_all_the_same_while_it_waits(self, walk, waiting, guards):
        guards[0].reading = Reading.BROKEN
        assert walk.look().state == "rolled_back"

    def test_asks_nobody_outside_before_the_person_has_approved(self, walk, waiting, people, monkeypatch):
        asked = []
        monkeypatch.setattr(
            confirming,
            "confirm",
            lambda **details: asked.append(details) or Confirmation(answer=Answer.ALLOWED, sentence=""),
        )
        walk.look(times=10)
        assert asked == []
        answering.approve(number=waiting, by=people[1])
        walk.look()
        assert (len(asked), share()) == (1, 500)


class TestAPlanThatWantsTwoPeople:
    def test_asks_them_before_every_step_and_once(self, walk, two_to_go_live, people):
        made = walk.start(actor=people[0], approve_before_bps=(100,))
        assert (made.position, made.held, share()) == (None, "approval", 0)
        walk.look(times=5)
        found = Approval.objects.get()
        answering.approve(number=found.pk, by=people[1])
        assert (walk.look().position, share(), found.act) == (0, 100, "go live")
        assert walk.step().held == "approval"

    def test_takes_no_word_of_whoever_started_it(self, walk, two_to_go_live, people):
        walk.start(actor=people[0])
        with pytest.raises(SecondPersonNeeded):
            answering.approve(number=Approval.objects.get().pk, by=people[0])
        assert Rollout.objects.get().position is None
