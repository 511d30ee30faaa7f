"""What a person does with a rollout on its way: hold it, end it, lead it back."""

import pytest

from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.exceptions import (
    InvalidChange,
    NoRollout,
    StalePreview,
)
from migration_harness.models import Rollout
from migration_harness.rollout.running import abort, back_to, pause, resume
from migration_harness.rollout.status import rollout_status, rollouts
from tests.integration.evidence_rows import compared

from .parts import FLAG, flag, share


class TestAPause:
    def test_holds_at_its_step_however_long(self, walk):
        walk.start()
        walk.prove()
        pause(flag=FLAG, actor="bob", reason="lunch")
        held = walk.look(seconds=3_600, times=3)
        assert (held.position, share()) == (0, 100)
        assert held.sentence == (f"bob has paused it: lunch. To go on: python manage.py harness rollout {FLAG} resume")

    def test_is_no_soak_and_takes_none_away(self, walk):
        walk.start()
        compared(5)
        walk.look(times=4)
        pause(flag=FLAG, actor="bob")
        walk.look(seconds=30, times=10)
        resume(flag=FLAG, actor="bob")
        assert rollout_status(FLAG).steps[0].soaked_seconds == 30
        assert walk.look(times=3).position == 0
        assert walk.look().position == 1

    def test_twice_is_once(self, walk, told):
        walk.start()
        pause(flag=FLAG, actor="bob")
        pause(flag=FLAG, actor="carl")
        assert [change for change, _ in told].count("paused") == 1
        resume(flag=FLAG, actor="bob")
        resume(flag=FLAG, actor="carl")
        assert [change for change, _ in told].count("resumed") == 1


class TestAnAbort:
    def test_is_a_rollback(self, walk, told):
        walk.start()
        walk.step()
        proven = abort(flag=FLAG, actor="bob", reason="odd")
        ended = Rollout.objects.get()
        assert (proven.proof.holds, flag().everyone, ended.state, ended.ended_by) == (True, False, "aborted", "bob")
        assert told[-1] == ("aborted", f"The rollout of {FLAG} is aborted: bob has aborted it: odd.")

    @pytest.mark.parametrize("act", [abort, pause, resume], ids=lambda act: act.__name__)
    def test_ends_it(self, walk, act):
        walk.start()
        abort(flag=FLAG, actor="bob")
        with pytest.raises(NoRollout, match="No rollout of model-based-credits is under way"):
            act(flag=FLAG, actor="bob")

    def test_lets_another_one_begin_at_the_first_step(self, walk):
        walk.start()
        walk.step()
        abort(flag=FLAG, actor="bob")
        assert (walk.start().position, share(), flag().everyone) == (0, 100, None)
        assert [each.state for each in rollouts()] == ["running", "aborted"]


class TestAReturn:
    def test_is_at_once_and_stays(self, walk):
        walk.start()
        walk.step()
        walk.step()
        back_to(flag=FLAG, share_bps=100, actor="bob", reason="look again")
        assert share() == 100
        held = walk.look(times=20)
        assert (held.position, held.state, share()) == (0, "paused", 100)

    def test_goes_on_through_what_was_proven_without_a_soak_and_soaks_the_rest(self, walk):
        walk.start()
        walk.step()
        walk.step()
        back_to(flag=FLAG, share_bps=100, actor="bob")
        resume(flag=FLAG, actor="bob")
        assert [walk.look().position for _ in range(3)] == [1, 2, 2]
        assert rollout_status(FLAG).steps[2].soaked_seconds == 0
        assert walk.look(times=20).held == "sample"

    def test_may_lead_forward_to_what_was_proven(self, walk):
        walk.start()
        walk.step()
        walk.step()
        back_to(flag=FLAG, share_bps=100, actor="bob")
        back_to(flag=FLAG, share_bps=500, actor="bob")
        assert share() == 500

    @pytest.mark.parametrize("wanted", [2_500, 5_000, 700], ids=["not soaked", "not reached", "no step"])
    def test_leads_to_no_other_step(self, walk, wanted):
        walk.start()
        walk.step()
        walk.step()
        with pytest.raises(InvalidChange, match="Those are: 1 %, 5 %"):
            back_to(flag=FLAG, share_bps=wanted, actor="bob")
        assert share() == 2_500

    def test_leads_nowhere_where_it_is(self, walk):
        walk.start()
        walk.prove()
        walk.look(seconds=0)
        with pytest.raises(InvalidChange):
            back_to(flag=FLAG, share_bps=500, actor="bob")

    def test_does_not_overwrite_what_somebody_else_has_changed(self, walk):
        walk.start()
        walk.step()
        change_flag(name=FLAG, change=FlagChange(share_bps=4_200), actor="alice")
        with pytest.raises(StalePreview, match="alice changed it"):
            back_to(flag=FLAG, share_bps=100, actor="bob")
        assert share() == 4_200

    def test_asks_guards_about_all_that_was_seen_of_a_proven_step(self, walk, guards):
        walk.start()
        began = rollout_status(FLAG).steps[0].since
        walk.step()
        back_to(flag=FLAG, share_bps=100, actor="bob")
        walk.look()
        assert guards[0].watched[-1].since == began
