"""What holds for all sides from hell: a hundred in CI, some thousands with SOAK=1."""

import os
import threading
import time

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migration_harness.comparing.comparator import Verdict
from migration_harness.deciding.stages import Stage
from migration_harness.models import Comparison
from migration_harness.seams.charge import charge
from migration_harness.testing import fixed_flags, flag_at

from .callers import CALLERS
from .neighbours import (
    BESIDE,
    DATABASE,
    DJANGO,
    HARMLESS,
    UNDOING,
    WAYS,
    in_atomic,
    read,
    sql,
    swallowed,
    then,
)
from .test_guard_neighbours import returning
from .test_money_seam import TestMoneySeam as MoneySeam

# A side's thread that raises is the side's affair.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
EXAMPLES = 4_000 if os.environ.get("SOAK") == "1" else 100
laws = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


class FromHell(Exception):
    pass


def fail():
    raise FromHell


left = []
"""Threads that sides have left running."""


def left_running():
    left.append(threading.Thread(target=swallowed(lambda: time.sleep(0.001), read, lambda: connection.close())))
    left[-1].start()


TRIED = {
    name: side for group in (DATABASE, UNDOING, DJANGO, BESIDE) for name, (side, _) in group.items()
}  # fmt: skip
MEEK = {**HARMLESS, "fail": fail, "sleep": lambda: time.sleep(0.001), "broken": sql("SELECT 1/0"), "pause": read}


def composed(single):
    """A candidate that does one thing after another, in atomic blocks, in threads, swallowing or not."""
    return st.recursive(
        single,
        lambda inner: (
            st.lists(inner, min_size=1, max_size=4).map(lambda calls: then(*calls))
            | st.lists(inner, min_size=1, max_size=4).map(lambda calls: swallowed(*calls))
            | st.builds(in_atomic, inner, savepoint=st.booleans())
            | st.builds(lambda way, call: way(call), st.sampled_from(WAYS), inner)
        ),
        max_leaves=6,
    )


SIDES = composed(st.sampled_from([*TRIED.values(), *MEEK.values(), left_running]))
MEEK_SIDES = composed(st.sampled_from([*MEEK.values()]))


def alone(stage):
    return {Stage.SHADOW: Stage.OFF, Stage.LIVE: Stage.COMPLETE}[stage]


def settle():
    """Wait for what a side has left running, so that it does not run into the next example."""
    while left:
        left.pop().join()


class TestASideFromHell:
    @laws
    @given(side=SIDES, caller=st.sampled_from(CALLERS), stage=st.sampled_from([Stage.SHADOW, Stage.LIVE]))
    def test_is_noticed_by_nobody(self, side, caller, stage, stagehand):
        before = stagehand.run(caller, alone(stage), side)
        after = stagehand.run(caller, stage, returning(side))
        settle()
        assert after == before
        assert connection.get_autocommit()
        assert stagehand.said()[0] in {Verdict.MATCH, Verdict.BLOCKED, Verdict.CANDIDATE_ERROR, Verdict.CONTROL_ERROR}

    @laws
    @given(
        side=SIDES,
        tried=st.sampled_from(sorted(set(TRIED) - {"rollback", "commit"})),
        caller=st.sampled_from(CALLERS),
        stage=st.sampled_from([Stage.SHADOW, Stage.LIVE]),
    )
    def test_is_blocked_where_it_begins_with_a_side_effect(self, side, tried, caller, stage, stagehand):
        stagehand.run(caller, stage, returning(swallowed(TRIED[tried], side)))
        settle()
        assert stagehand.said()[0] is Verdict.BLOCKED

    @laws
    @given(side=MEEK_SIDES, caller=st.sampled_from(CALLERS), stage=st.sampled_from([Stage.SHADOW, Stage.LIVE]))
    def test_is_not_blocked_where_it_only_reads(self, side, caller, stage, stagehand):
        stagehand.run(caller, stage, returning(side))
        assert stagehand.said()[0] is not Verdict.BLOCKED


class Panic(BaseException):
    pass


def fallen(error):
    def fall():
        raise error

    return fall


ENDS = [FromHell(), Panic(), SystemExit(1), GeneratorExit(), MemoryError(), RecursionError()]
RAISING = st.sampled_from(ENDS).map(fallen)


class TestAChargeBesideASideFromHell:
    @laws
    @given(side=SIDES, end=st.just(lambda: None) | RAISING, stage=st.sampled_from([Stage.SHADOW, Stage.LIVE]))
    def test_has_its_price_and_its_evidence(self, side, end, stage, stagehand):
        def run(account):
            side()
            end()
            return 7

        trial = MoneySeam().trial(**{"candidate" if stage is Stage.SHADOW else "control": run})
        with fixed_flags(flag_at("f", stage)), transaction.atomic():
            with charge(operation_id="from hell") as made:
                price = trial.call()
            kept = Comparison.objects.filter(operation_id="from hell").values_list("verdict", flat=True)
            verdicts = list(kept)
            transaction.set_rollback(True)
        settle()
        assert price == (19 if stage is Stage.SHADOW else 3)
        assert made.answered_by == ("control" if stage is Stage.SHADOW else "candidate")
        assert len(verdicts) == 1
        assert verdicts[0] not in (Verdict.MATCH, Verdict.INTENDED)
        assert connection.get_autocommit()
