"""What a side that does not answer tries is refused, told, and noticed by nobody."""

import pytest

from migration_harness.comparing.comparator import Verdict
from migration_harness.deciding.stages import Stage
from migration_harness.seams.sides import observe_guarded

from .callers import CALLERS, Caller, callers
from .neighbours import (
    BESIDE,
    DATABASE,
    DJANGO,
    HARMLESS,
    IN_AUTOCOMMIT,
    UNDOING,
    in_atomic,
    read,
    swallowed,
    then,
    write,
)


def tries(which):
    return pytest.mark.parametrize(("side", "effect"), which.values(), ids=which)


def returning(side):
    def run(_account):
        side()
        return "answer"

    return run


class Neighbour:
    def test_is_blocked_and_noticed_by_nobody(self, side, effect, stagehand):
        for caller in CALLERS:
            verdict, blocked = stagehand.runs_as_alone(caller, Stage.SHADOW, returning(side))
            assert verdict is Verdict.BLOCKED, caller
            assert blocked.startswith(effect), caller

    def test_is_blocked_where_it_is_swallowed_and_where_the_control_does_it(self, side, effect, stagehand):
        for caller in (Caller.in_autocommit, Caller.in_atomic):
            verdict, _ = stagehand.runs_as_alone(caller, Stage.LIVE, returning(swallowed(side, read)))
            assert verdict is Verdict.BLOCKED, caller


@tries(DATABASE)
class TestDatabase(Neighbour):
    pass


@tries(IN_AUTOCOMMIT)
class TestAfterFailureInAutocommit:
    def test_is_blocked_and_noticed_by_nobody(self, side, effect, stagehand):
        said = stagehand.runs_as_alone(Caller.in_autocommit, Stage.SHADOW, returning(side))
        assert said == (Verdict.BLOCKED, effect)


@tries(UNDOING)
class TestUndoing(Neighbour):
    pass


@tries(DJANGO)
class TestDjangosConnection(Neighbour):
    pass


@tries(BESIDE)
class TestBesideTheDatabase(Neighbour):
    pass


@pytest.mark.parametrize("side", HARMLESS.values(), ids=HARMLESS)
class TestHarmless:
    def test_is_a_match(self, side, stagehand):
        said = {caller: stagehand.runs_as_alone(caller, Stage.SHADOW, returning(side)) for caller in CALLERS}
        assert said == dict.fromkeys(CALLERS, (Verdict.MATCH, None))


class TestSideUnderAnotherGuard:
    """A seam's ``compare`` inside of a guarded side."""

    @pytest.mark.parametrize("caller", **callers)
    def test_has_a_guard_of_its_own(self, caller, stagehand):
        inner = []

        def side():
            read()
            inner.append(observe_guarded(swallowed(write, read), (), {})[3])
            inner.append(observe_guarded(in_atomic(read), (), {})[3])
            return read()

        assert stagehand.runs_as_alone(caller, Stage.SHADOW, returning(side)) == (Verdict.MATCH, None)
        assert inner == ["database: insert", None]

    def test_leaves_the_outer_one_in_force(self, stagehand):
        side = then(lambda: observe_guarded(read, (), {}), write)
        said = stagehand.runs_as_alone(Caller.in_autocommit, Stage.SHADOW, returning(side))
        assert said == (Verdict.BLOCKED, "database: insert")
