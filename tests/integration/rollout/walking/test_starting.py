"""A rollout begins: who is in its steps, and where it is refused."""

from datetime import timedelta

import pytest

from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import (
    InvalidChange,
    RolloutChanged,
    StalePreview,
    UnknownFlag,
)
from migration_harness.models import Rollout
from migration_harness.rollout.starting import Wish, prepare, start

from .parts import FLAG, REQUIRED


class TestStarting:
    def test_says_who_is_in_each_step_in_the_order_of_shares(self, walk):
        who = prepare(flag=FLAG, wish=Wish(shares_bps=(5_000, 10_000))).who
        half, everybody = who.steps
        assert (who.all_accounts, everybody.accounts) == (12, 12)
        assert half.accounts + everybody.joining == 12
        assert len(half.named) == min(5, half.joining)

    def test_says_whom_a_required_flag_keeps_back(self, walk):
        change_flag(name=REQUIRED, change=FlagChange(everyone=None), actor="ada")
        who = prepare(flag=FLAG, wish=Wish()).who
        assert (who.steps[-1].held_back, who.held_by) == (12, ((REQUIRED, 12),))
        assert f"12 of them stay on the control until they are in the cohort of {REQUIRED}" in " ".join(who.sentences)

    def test_is_refused_while_another_one_is_under_way_and_names_it(self, walk):
        made = walk.start()
        with pytest.raises(RolloutChanged, match=f"Rollout {made.pk} of {FLAG} is under way, started by ada"):
            walk.start()

    def test_is_refused_where_the_flag_is_not_what_was_looked_at(self, walk):
        prepared = prepare(flag=FLAG, wish=Wish())
        change_flag(name=FLAG, change=FlagChange(compared_bps=5_000), actor="alice")
        with pytest.raises(StalePreview, match="alice changed it"):
            start(prepared, actor="ada")
        assert not Rollout.objects.exists()

    @pytest.mark.parametrize(
        ("before", "wish", "said"),
        [
            (FlagChange(everyone=True), {}, "everyone has the candidate already"),
            (FlagChange(share_bps=100), {}, "1 % of the accounts have the candidate already"),
            (FlagChange(stage=Stage.RAMPDOWN), {}, "nothing that it decides is compared at rampdown"),
            (None, {"dry": ("typo",)}, "No guard of model-based-credits is named typo. Guards: errors"),
            (None, {"dry": ("errors",)}, "nothing would roll it back"),
            (None, {"soak": timedelta(0)}, "needs a soak"),
        ],
        ids=["everyone", "share", "not compared", "no such guard", "unwatched", "no soak"],
    )
    def test_is_refused_where_it_could_lead_nowhere(self, walk, before, wish, said):
        if before is not None:
            change_flag(name=FLAG, change=before, actor="ada")
        with pytest.raises(InvalidChange, match=said):
            walk.start(**wish)
        assert not Rollout.objects.exists()

    def test_of_no_flag_is_refused(self, walk):
        with pytest.raises(UnknownFlag):
            prepare(flag="typo", wish=Wish())

    def test_needs_no_comparison_where_nobody_asks_for_one(self, walk):
        change_flag(name=FLAG, change=FlagChange(stage=Stage.RAMPDOWN), actor="ada")
        walk.start(sample=0)
        assert walk.look(times=7).position == 1
