"""What a side leaves for later is done under guard as well: results, what cleans them, what compares them."""

import gc

import pytest

from migration_harness.comparing.comparator import Verdict
from migration_harness.deciding.stages import Stage
from migration_harness.models import Epoch

from .callers import CALLERS, Caller, callers
from .lazy import LAZY, UNLOOKED, Gone
from .neighbours import BESIDE, DATABASE, DJANGO, UNDOING, read, sql, swallowed

EFFECTS = DATABASE | UNDOING | DJANGO | BESIDE
SOME = {name: EFFECTS[name] for name in ("write", "notify", "on_commit", "close after a query", "cache set", "delay")}
STATES = (Caller.in_autocommit, Caller.in_atomic)


def tried(which):
    return pytest.mark.parametrize(("side", "effect"), which.values(), ids=which)


def ways(which):
    return pytest.mark.parametrize("way", which.values(), ids=which)


def returning(make, call):
    return lambda _account: make(call)


class TestEffectOfALazyResult:
    @pytest.mark.covering
    @tried(EFFECTS)
    @ways(LAZY)
    def test_is_blocked_and_noticed_by_nobody(self, side, effect, way, stagehand):
        make, clean = way
        for caller in STATES:
            verdict, blocked = stagehand.runs_as_alone(caller, Stage.SHADOW, returning(make, side), clean=clean)
            assert verdict is Verdict.BLOCKED
            assert blocked.startswith(effect)


@ways(LAZY)
class TestLazyResult:
    @pytest.mark.covering
    @tried(SOME)
    def test_of_the_control_is_blocked_as_well(self, side, effect, way, stagehand):
        make, clean = way
        lazily = returning(make, swallowed(side, read))
        for caller in STATES:
            verdict, _ = stagehand.runs_as_alone(caller, Stage.LIVE, lazily, clean=clean)
            assert verdict is Verdict.BLOCKED, caller

    def test_that_fails_leaves_the_callers_transaction(self, way, stagehand):
        make, clean = way
        failing = returning(make, sql("SELECT no_such_column"))
        for caller in CALLERS:
            verdict, _ = stagehand.runs_as_alone(caller, Stage.SHADOW, failing, clean=clean)
            assert verdict in {Verdict.MISMATCH, Verdict.CANDIDATE_ERROR}, caller


class TestFailingQuery:
    @pytest.mark.parametrize("caller", **callers)
    @pytest.mark.parametrize("clean", [None, list], ids=["as it is", "cleaned"])
    def test_leaves_the_callers_transaction(self, caller, clean, stagehand):
        failing = lambda _account: Epoch.objects.extra(where=["no_such_column = 1"])  # noqa: E731
        verdict, _ = stagehand.runs_as_alone(caller, Stage.SHADOW, failing, clean=clean)
        assert verdict in {Verdict.MISMATCH, Verdict.CANDIDATE_ERROR}


@ways(UNLOOKED)
class TestUnlookedResult:
    @pytest.mark.covering
    @tried(SOME)
    def test_is_never_begun(self, side, effect, way, stagehand):
        for caller in STATES:
            verdict, _ = stagehand.runs_as_alone(caller, Stage.SHADOW, returning(way, side))
            assert verdict is Verdict.MISMATCH, caller


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
class TestResultThatActsWhenItGoes:
    @tried(EFFECTS)
    def test_is_noticed_by_nobody_and_named(self, side, effect, stagehand, caplog):
        for caller in STATES:
            caplog.clear()
            stagehand.runs_as_alone(caller, Stage.SHADOW, returning(Gone, side))
            gc.collect()
            (told,) = [each.msg for each in caplog.records if each.msg.get("where") == "__del__"]
            assert told["tried"].startswith(effect)
