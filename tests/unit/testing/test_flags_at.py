"""Flags as a test wants them: they nest, decorate whatever a test is, and need no database."""

import asyncio
import threading
import unittest

import pytest

from migration_harness.api import ExecutionPath, Stage, unit_of_work
from migration_harness.deciding import source
from migration_harness.deciding.source import decide
from migration_harness.exceptions import UnknownStage
from migration_harness.testing import fixed_flags, flag_at, flag_state, flags_at, forget

FLAG, OTHER = "try", "try-another"


@pytest.fixture(autouse=True)
def _anew():
    forget()
    yield
    forget()


def stage(flag=FLAG, account="7"):
    return decide(flag, account).stage


def other_stages():
    return [stage(), stage(OTHER)]


@flags_at({FLAG: "live"})
class OfUnittest(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.prepared = stage()

    def test_holds(self):
        assert (self.prepared, stage()) == (Stage.LIVE, Stage.LIVE)

    async def test_holds_in_a_coroutine(self):
        assert stage() == Stage.LIVE


class Inherited:
    def test_inherited(self):
        assert stage() == Stage.LIVE


@flags_at({FLAG: Stage.LIVE})
class TestOfPytest(Inherited):
    def setup_method(self):
        self.prepared = stage()

    @pytest.mark.parametrize("account", ["1", "2"])
    def test_holds(self, account, tmp_path):
        assert (self.prepared, stage(account=account), tmp_path.exists()) == (Stage.LIVE, Stage.LIVE, True)

    @staticmethod
    def test_holds_without_a_self():
        assert stage() == Stage.LIVE

    @flags_at({FLAG: "rampdown"})
    def test_gives_way_to_what_is_closer(self):
        assert stage() == Stage.RAMPDOWN


class TestFlags:
    def test_are_everybodys(self):
        with flags_at({FLAG: "live"}):
            assert [stage(account=each) for each in ("1", "2", None)] == [Stage.LIVE] * 3

    def test_are_named_by_words(self):
        with flags_at(rebates="shadow"):
            assert stage("rebates") == Stage.SHADOW

    def test_say_more_where_a_state_is_given(self):
        with flags_at({FLAG: flag_state(FLAG, included=frozenset({"7"}), baseline=Stage.SHADOW)}):
            assert [stage(account="7"), stage(account="8")] == [Stage.LIVE, Stage.SHADOW]

    def test_refuse_a_stage_that_there_is_not(self):
        with pytest.raises(UnknownStage, match="lively"):
            flags_at({FLAG: "lively"})

    def test_are_off_where_nobody_named_them_and_nobody_may_ask(self):
        with flags_at({FLAG: "live"}):
            assert stage(OTHER) == Stage.OFF

    def test_leave_what_was_there_before(self):
        before = source.source()
        with flags_at({FLAG: "live"}), flags_at({FLAG: "off"}):
            pass
        assert source._source is before

    def test_leave_what_was_there_before_a_test_that_fails(self):
        before = source.source()
        with pytest.raises(ZeroDivisionError), flags_at({FLAG: "live"}):
            raise ZeroDivisionError
        assert source._source is before


class TestNested:
    def test_inner_wins_and_outer_is_back(self):
        seen = []
        with flags_at({FLAG: "live"}):
            with flags_at({FLAG: "shadow", OTHER: "live"}):
                seen.append(other_stages())
            seen.append(other_stages())
        assert seen == [[Stage.SHADOW, Stage.LIVE], [Stage.LIVE, Stage.OFF]]

    def test_leaves_what_the_inner_one_does_not_name(self):
        with flags_at({FLAG: "live"}), fixed_flags(flag_at(OTHER, Stage.SHADOW)):
            assert other_stages() == [Stage.LIVE, Stage.SHADOW]

    def test_may_end_in_another_order(self):
        outer, inner = flags_at({FLAG: "live"}), flags_at({OTHER: "live"})
        outer.enable()
        inner.enable()
        outer.disable()
        assert other_stages() == [Stage.OFF, Stage.LIVE]
        inner.disable()
        assert not hasattr(source._source, "under")

    def test_one_that_is_entered_twice(self):
        @flags_at({FLAG: "live"})
        def count(down):
            return [stage(), *(count(down - 1) if down else []), stage()]

        assert count(2) == [Stage.LIVE] * 6

    def test_requires_what_another_layer_says(self):
        needing = flag_state(FLAG, everyone=True, requires=(OTHER,))
        with flags_at({FLAG: needing}):
            without = stage()
            with flags_at({OTHER: "live"}):
                assert [without, stage()] == [Stage.OFF, Stage.LIVE]


class TestDecorated:
    def test_function_takes_its_arguments(self):
        @flags_at({FLAG: "live"})
        def told(first, *, second):
            return first, second, stage()

        assert told(1, second=2) == (1, 2, Stage.LIVE)

    def test_coroutine_holds_until_it_has_ended(self):
        @flags_at({FLAG: "live"})
        async def told():
            await asyncio.sleep(0)
            return stage()

        with flags_at():
            assert [asyncio.run(told()), stage()] == [Stage.LIVE, Stage.OFF]

    def test_coroutines_at_once_do_not_take_each_others(self):
        async def wait_under(flag, both_have_begun):
            with flags_at({flag: "live"}):
                await both_have_begun.wait()
                return stage(flag)

        async def both():
            have_begun = asyncio.Barrier(2)
            return await asyncio.gather(*(wait_under(flag, have_begun) for flag in (FLAG, OTHER)))

        with flags_at():
            assert asyncio.run(both()) == [Stage.LIVE, Stage.LIVE]
            assert other_stages() == [Stage.OFF, Stage.OFF]


class TestElsewhere:
    def test_holds_in_threads(self):
        seen = []
        with flags_at({FLAG: "live"}):
            thread = threading.Thread(target=lambda: seen.append(stage()))
            thread.start()
            thread.join()
        assert seen == [Stage.LIVE]

    def test_holds_in_work_that_has_begun(self):
        with flags_at(), unit_of_work(execution_path=ExecutionPath.DIRECT):
            seen = [stage()]
            with flags_at({FLAG: "live"}):
                seen.append(stage())
                with flags_at({FLAG: "shadow"}):
                    seen.append(stage())
                seen.append(stage())
            seen.append(stage())
        assert seen == [Stage.OFF, Stage.LIVE, Stage.SHADOW, Stage.LIVE, Stage.OFF]
