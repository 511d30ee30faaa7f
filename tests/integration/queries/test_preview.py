"""What a confirmation says of a change is what the change then does."""

import pytest

from igny8_core.auth.models import Account
from migration_harness import queries
from migration_harness.control.consequences import effect_of
from migration_harness.control.creation import create_flag
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import UnknownFlag
from migration_harness.plan import PlannedFlag
from tests.trial_flag import FLAG as NAME

DEPENDENT = "dependent"


@pytest.fixture
def ids(trial_flag):
    """The accounts of the demo; a second flag requires the first, and has everyone."""
    planned = PlannedFlag(name=DEPENDENT, owner="x", note="x", requires=(NAME,))
    create_flag(planned=planned, baseline=Stage.SHADOW, actor="x")
    change_flag(name=DEPENDENT, change=FlagChange(everyone=True), actor="x")
    return [str(pk) for pk in Account.objects.order_by("pk").values_list("pk", flat=True)]


class TestPreview:
    @pytest.mark.covering
    @pytest.mark.parametrize("everyone", [None, True, False])
    @pytest.mark.parametrize(
        "change",
        [
            {"share_bps": 5_000},
            {"share_bps": 0},
            {"everyone": True},
            {"everyone": False},
            {"everyone": None},
            {"stage": Stage.RAMPDOWN, "baseline": Stage.OFF},
            {"account": 0, "membership": "on"},
            {"account": 0, "membership": "off"},
            {"account": 1, "membership": "off"},
            {"account": 1, "membership": "inherit"},
        ],
        ids=str,
    )
    def test_is_what_the_change_does(self, ids, everyone, change):
        for index, membership in ((1, "on"), (2, "off")):
            change_flag(name=NAME, change=FlagChange(account_id=ids[index], membership=membership), actor="x")
        change_flag(name=NAME, change=FlagChange(share_bps=2_500, everyone=everyone), actor="x")
        fields = dict(change)
        account_id = ids[fields.pop("account")] if "account" in fields else None
        asked = FlagChange(account_id=account_id, **fields)
        foretold, after = queries.effects_after(NAME, asked, account_ids=ids), queries.snapshot_after(NAME, asked)
        before = load_snapshot()
        change_flag(name=NAME, change=asked, actor="x")
        now = load_snapshot()
        done = {name: effect_of(before=before, after=now, name=name, account_ids=ids) for name in (NAME, DEPENDENT)}
        assert foretold[NAME] == done[NAME]
        moved = {name for name, effect in done.items() if effect.joined or effect.left}
        assert {name: foretold[name] for name in moved} == {name: done[name] for name in moved}
        assert foretold.keys() == moved | {NAME}
        assert [after.decide(NAME, i).stage for i in ids] == [now.decide(NAME, i).stage for i in ids]

    def test_changes_nothing(self, ids):
        before = load_snapshot()
        queries.effects_after(NAME, FlagChange(everyone=True), account_ids=ids)
        assert load_snapshot().flags == before.flags

    def test_of_an_unknown_flag_is_refused(self, ids):
        with pytest.raises(UnknownFlag, match="typo"):
            queries.snapshot_after("typo", FlagChange())
