"""What a mark counts, and what it leaves alone."""

import asyncio
import inspect
import os
import threading

import pytest

from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.deciding.purpose import for_the_harness
from migration_harness.deciding.unit_of_work import unit_of_work
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.seams.calling import refuse_unfinished
from migration_harness.seams.sides import observe_guarded
from migration_harness.tombstones import cells, reporter
from migration_harness.tombstones.marking import Tombstone, reached, tombstone

MARK = {"owner": "billing", "since": "2026-11-30", "reason": "goes"}
THIS = "tests/unit/tombstones/test_marking.py"


@pytest.fixture
def counting(monkeypatch):
    """Nothing else is marked in this test."""
    monkeypatch.setattr(cells, "_counted", [])
    monkeypatch.setattr(reporter, "_reporter", reporter.Reporter())

    def told():
        found = list(cells.executed())
        for each in found:
            each.written()
        return {(each.entry.rpartition(".")[2], each.cell.purpose.value, each.cell.path): each.times for each in found}

    return told


@pytest.fixture
def price(counting):
    @tombstone(**MARK)
    def price(*, account, extra=1):
        """Return a price."""
        return account + extra

    return price


class TestMarked:
    def test_answers_as_before(self, price):
        assert (price(account=1), price(account=1, extra=5)) == (2, 6)

    def test_keeps_name_text_and_signature(self, price):
        assert (price.__name__, price.__doc__, str(inspect.signature(price))) == (
            "price", "Return a price.", "(*, account, extra=1)",
        )  # fmt: skip

    def test_raises_as_before(self, counting):
        @tombstone(**MARK)
        def fails():
            raise ValueError("no")

        with pytest.raises(ValueError, match="no"):
            fails()
        assert counting() == {("fails", "answer", "direct"): 1}

    def test_may_be_a_method(self, counting):
        class Shop:
            @tombstone(**MARK)
            def price(self):
                return self

            @staticmethod
            @tombstone(**MARK)
            def rate():
                return 3

            @property
            @tombstone(**MARK)
            def name(self):
                return "shop"

        shop = Shop()
        assert (shop.price() is shop, Shop.rate(), shop.name) == (True, 3, "shop")
        assert counting() == {(name, "answer", "direct"): 1 for name in ("price", "rate", "name")}

    @pytest.mark.parametrize(
        "mark",
        [{"owner": " "}, {"reason": ""}, {"since": "yesterday"}, {"owner": "x" * 151}],
        ids=["owner", "reason", "since", "long owner"],
    )
    def test_says_who_since_when_and_why(self, mark):
        with pytest.raises(HarnessMisconfigured, match="tombstone"):
            tombstone(**MARK | mark)(lambda: None)

    def test_hides_no_coroutine_from_a_seam(self, counting):
        @tombstone(**MARK)
        async def price():
            return 3

        assert asyncio.run(price()) == 3
        with pytest.raises(HarnessMisconfigured, match="coroutine"):
            refuse_unfinished("shop", control=price)


def every_kind(one, /, two, three=3, *rest, four, five=5, **more):
    return one, two, three, rest, four, five, more


def no_star(one, two=2, /, *, three, cell=4, work=5):
    return one, two, three, cell, work


class TestParameters:
    @pytest.mark.parametrize(
        ("function", "args", "kwargs"),
        [
            (every_kind, (1, 2), {"four": 4}),
            (every_kind, (1, 2, 30, 40, 50), {"four": 4, "five": 50, "six": 6, "one": 7}),
            (every_kind, (1,), {"two": 20, "four": 4}),
            (no_star, (1,), {"three": 3}),
            (no_star, (1, 20), {"three": 30, "cell": 40, "work": 50}),
        ],
        ids=["least", "all", "by name", "defaults", "names of the counting"],
    )
    def test_are_passed_on(self, counting, function, args, kwargs):
        assert tombstone(**MARK)(function)(*args, **kwargs) == function(*args, **kwargs)
        assert list(counting().values()) == [1]

    @pytest.mark.parametrize(
        ("args", "kwargs"), [((), {}), ((1, 2, 3), {"three": 3}), ((1,), {})], ids=["none", "too many", "one missing"]
    )
    def test_that_do_not_fit_are_refused(self, counting, args, kwargs):
        with pytest.raises(TypeError, match="argument"):
            tombstone(**MARK)(no_star)(*args, **kwargs)

    def test_have_the_very_default(self, counting):
        default = []

        def function(value=default):
            return value

        assert tombstone(**MARK)(function)() is default

    @pytest.mark.parametrize("what", [staticmethod(no_star), property(no_star), len], ids=["static", "property", "len"])
    def test_are_those_of_a_function(self, what):
        with pytest.raises(HarnessMisconfigured, match="next to the function"):
            tombstone(**MARK)(what)


class TestCounts:
    def test_an_answer(self, counting, price):
        price(account=1)
        price(account=2)
        assert counting() == {("price", "answer", "direct"): 2}

    @pytest.mark.parametrize("path", [each for each in ExecutionPath if each is not ExecutionPath.REPLAY])
    def test_an_answer_by_its_path(self, counting, price, path):
        with unit_of_work(execution_path=path):
            price(account=1)
        assert counting() == {("price", "answer", path.value): 1}

    def test_a_replay_for_no_answer(self, counting, price):
        with unit_of_work(execution_path=ExecutionPath.REPLAY):
            price(account=1)
        assert counting() == {("price", "replay", "replay"): 1}

    def test_what_runs_under_guard_for_no_answer(self, counting, price):
        with unit_of_work(execution_path=ExecutionPath.SCHEDULED):
            observe_guarded(price, (), {"account": 1})
        assert counting() == {("price", "shadow", "scheduled"): 1}

    def test_what_the_harness_asks_for_no_answer(self, counting, price):
        with for_the_harness():
            price(account=1)
        assert counting() == {("price", "harness", "direct"): 1}

    def test_an_answer_that_comes_after_a_shadow(self, counting, price):
        observe_guarded(price, (), {"account": 1})
        price(account=1)
        assert counting() == {("price", "shadow", "direct"): 1, ("price", "answer", "direct"): 1}

    def test_nothing_twice(self, counting, price):
        price(account=1)
        assert (len(counting()), counting()) == (1, {})

    def test_what_comes_while_others_write(self, counting, price):
        total, over = [], threading.Event()

        def call():
            for _ in range(20_000):
                price(account=1)

        def write():
            while not over.is_set():
                total.extend(counting().values())

        callers, writer = [threading.Thread(target=call) for _ in range(4)], threading.Thread(target=write)
        for each in (*callers, writer):
            each.start()
        for each in callers:
            each.join()
        over.set()
        writer.join()
        total.extend(counting().values())
        assert sum(total) == 80_000

    def test_a_branch(self, counting):
        fallback = Tombstone("shop.fallback", **MARK)
        reached(fallback)
        assert counting() == {("fallback", "answer", "direct"): 1}

    def test_nobody_out_who_calls(self, counting, price, monkeypatch):
        """Where it cannot count the call goes on, and the loss is known."""

        def fails(_cell):
            raise RuntimeError("no")

        monkeypatch.setattr(cells.Cell, "look_at", fails)
        assert (price(account=1), counting(), reporter._reporter.waits()) == (2, {}, True)

    def test_a_childs_own_alone(self, counting, price):
        price(account=1)
        if (pid := os.fork()) == 0:
            inherited = counting()
            price(account=1)
            os._exit(0 if (inherited, counting()) == ({}, {("price", "answer", "direct"): 1}) else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert counting() == {("price", "answer", "direct"): 1}


class TestCaller:
    def callers(self):
        return [each.look.caller for each in cells.executed()]

    def test_is_file_line_and_function(self, counting, price):
        price(account=1)
        line = inspect.currentframe().f_lineno - 1
        assert self.callers() == [f"{THIS}:{line} in TestCaller.test_is_file_line_and_function"]

    def test_is_who_asked_the_seam(self, counting, price):
        observe_guarded(price, (), {"account": 1})
        (found,) = self.callers()
        assert found.endswith("in TestCaller.test_is_who_asked_the_seam")

    def test_is_looked_at_once_in_a_period(self, counting, price):
        def often():
            price(account=1)

        often()
        price(account=1)
        assert [found.rpartition(".")[2] for found in self.callers()] == ["often"]
        counting()
        price(account=1)
        assert self.callers()[0].endswith("test_is_looked_at_once_in_a_period")

    def test_has_no_value_of_the_call(self, counting, price):
        secret = "sk-proj-0123456789"
        observe_guarded(price, (), {"account": secret})
        assert secret not in self.callers()[0]
