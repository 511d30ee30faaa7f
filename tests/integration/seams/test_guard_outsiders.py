"""Whatever a side tries past Django is refused as well, told, and noticed by nobody."""

import pytest

from migration_harness.comparing.comparator import Verdict
from migration_harness.deciding.stages import Stage

from .callers import Caller
from .outsiders import OUTSIDERS
from .test_guard_neighbours import returning

WAYS = [(side, effect) for group in OUTSIDERS.values() for side, effect in group.values()]
IDS = [f"{group}: {name}" for group, ways in OUTSIDERS.items() for name in ways]


@pytest.mark.parametrize(("side", "effect"), WAYS, ids=IDS)
class TestOutsider:
    def test_is_blocked_and_noticed_by_nobody(self, side, effect, stagehand):
        for caller in (Caller.in_autocommit, Caller.in_atomic):
            verdict, blocked = stagehand.runs_as_alone(caller, Stage.SHADOW, returning(side))
            assert verdict is Verdict.BLOCKED, caller
            assert blocked.startswith(effect), caller
