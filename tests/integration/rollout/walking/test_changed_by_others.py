"""A flag that somebody else changes while a rollout of it is on its way."""

import pytest

from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.control.flips import roll_back as roll_back_flag
from migration_harness.deciding.stages import Stage
from migration_harness.models import Rollout
from migration_harness.rollout.notices import confirming
from migration_harness.rollout.running import pause

from .parts import FLAG, flag, share


class TestAFlagThatSomebodyElseChanges:
    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (FlagChange(share_bps=4_200), "changed model-based-credits (share 5 % → 42 %)"),
            (FlagChange(share_bps=0), "changed model-based-credits (share 5 % → 0 %)"),
            (FlagChange(everyone=True), "changed model-based-credits (everyone unset → yes)"),
            (FlagChange(compared_bps=5_000), "changed model-based-credits (compared 100 % → 50 %)"),
            (FlagChange(baseline=Stage.OFF), "changed model-based-credits (baseline shadow → off)"),
            (FlagChange(account_id="7", membership="off"), "changed model-based-credits (account 7 inherit → off)"),
        ],
        ids=["share", "share away", "everyone", "compared", "baseline", "an account"],
    )
    def test_stops_the_rollout_and_stays_as_they_left_it(self, walk, told, change, said):
        walk.start()
        walk.step()
        change_flag(name=FLAG, change=change, actor="alice", reason="by hand")
        after = flag()
        ended = walk.look()
        assert (ended.state, ended.ended_by) == ("stopped", "alice")
        assert ended.sentence.startswith(f"alice {said} at ")
        assert ended.sentence.endswith("UTC: by hand.")
        assert (told[-1][0], flag().epoch) == ("stopped", after.epoch)
        walk.look(times=10)
        assert flag().epoch == after.epoch

    def test_and_changes_back_stops_it_all_the_same(self, walk):
        walk.start()
        for share_bps in (4_200, 100):
            change_flag(name=FLAG, change=FlagChange(share_bps=share_bps), actor="alice")
        assert "after 1 other change" in walk.look().sentence

    def test_and_rolls_back_ends_the_rollout_as_rolled_back(self, walk):
        walk.start()
        roll_back_flag(name=FLAG, actor="alice")
        ended = walk.look()
        assert (ended.state, ended.ended_by, flag().everyone) == ("rolled_back", "alice", False)
        assert ended.sentence.startswith("alice rolled model-based-credits back at ")

    def test_stops_it_while_it_is_paused(self, walk):
        walk.start()
        pause(flag=FLAG, actor="bob")
        change_flag(name=FLAG, change=FlagChange(share_bps=4_200), actor="alice")
        assert (walk.look().state, share()) == ("stopped", 4_200)

    def test_between_the_look_and_the_step_is_not_overwritten(self, walk, monkeypatch):
        walk.start()
        walk.prove()
        ask = confirming.confirm

        def meanwhile(**asked):
            change_flag(name=FLAG, change=FlagChange(share_bps=4_200), actor="alice")
            return ask(**asked)

        monkeypatch.setattr(confirming, "confirm", meanwhile)
        walk.look()
        assert share() == 4_200
        monkeypatch.undo()
        assert Rollout.objects.get().position == 0
