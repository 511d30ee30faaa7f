"""A flip tells every process the flag as it is now, so that nobody has to ask."""

import pytest

from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.flags import MAX_ANNOUNCEMENT_BYTES, Announcement, load_snapshot
from migration_harness.deciding.stages import Stage
from migration_harness.models import Flag
from migration_harness.testing import flag_state, snapshot_of
from tests.trial_flag import FLAG as NAME

CHANGES = [
    FlagChange(stage=Stage.RAMPDOWN),
    FlagChange(baseline=Stage.DUALWRITE),
    FlagChange(everyone=True),
    FlagChange(everyone=None),
    FlagChange(share_bps=2_500, compared_bps=100),
    FlagChange(account_id="7", membership="on"),
    FlagChange(account_id="8", membership="off"),
    FlagChange(account_id="7", membership="inherit"),
]


def announced():
    flag = Flag.objects.get(name=NAME)
    return Announcement.of(name=NAME, epoch=flag.epoch)


@pytest.mark.usefixtures("trial_flag")
class TestAnnouncement:
    def test_of_any_flip_leads_to_the_snapshot_that_the_database_has(self):
        change_flag(name=NAME, change=FlagChange(account_id="1", membership="on"), actor="test")
        for change in CHANGES:
            before = load_snapshot()
            assert change_flag(name=NAME, change=change, actor="test").changed
            after, loaded = Announcement.read(announced()).applied_to(before), load_snapshot()
            assert (after.epoch, after.flags) == (loaded.epoch, loaded.flags)

    def test_is_not_applied_over_a_flip_that_was_not_heard(self):
        before = load_snapshot()
        for share in (100, 200):
            change_flag(name=NAME, change=FlagChange(share_bps=share), actor="test")
        assert Announcement.read(announced()).applied_to(before) is None

    def test_leaves_out_a_flag_that_is_too_long_to_be_told(self):
        for number in range(30):
            change = FlagChange(account_id=f"{number:064}", membership="on" if number % 2 else "off")
            change_flag(name=NAME, change=change, actor="test")
        long = announced()
        assert Announcement.read(long).flag is not None
        for number in range(30, 130):
            change_flag(name=NAME, change=FlagChange(account_id=f"{number:064}", membership="on"), actor="test")
        short = announced()
        assert (len(short) < 100 < len(long) < MAX_ANNOUNCEMENT_BYTES, Announcement.read(short).flag) == (True, None)
        assert Announcement.read(short).applied_to(snapshot_of(flag_state(NAME))) is None
