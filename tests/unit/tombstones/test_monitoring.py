"""Lines that are executed for an answer: by the documented events, and by an interpreter that has them."""

import json
import subprocess
from pathlib import Path

import pytest

from migration_harness.tombstones import monitoring
from migration_harness.tombstones.monitoring import Line, Lines
from migration_harness.tombstones.sources import is_legacy, lines_of, version_of

from .interpreters import LEGACY, Interpreter, with_monitoring

SHOP = '''\
"""Prices."""


def price(kind):
    """Return a price."""
    if kind:
        found = 1
    else:
        found = 2
    return found


def everything():
    short = lambda: 4
    def each():
        yield short()
        yield price(0)
    for found in each():
        assert found
    try:
        raise ValueError(
            "no")
    except ValueError:
        pass
    with open(__file__) as file:
        file.read()
    return [found for found in range(3)
            if found]
'''


class Process:
    """What the lines of a process ask."""

    def __init__(self, interpreter):
        self.answers, self.now, self.first, self.lost = True, 0, 0, 0
        self.lines = Lines(
            interpreter,
            is_legacy=lambda path: "/legacy/" in path,
            is_answer=lambda: self.answers,
            clock=lambda: self.now,
            on_first=self._note_first,
            lose=self._note_loss,
        )

    def _note_first(self):
        self.first += 1

    def _note_loss(self):
        self.lost += 1

    def seen(self):
        found = self.lines.executed()
        self.lines.written(found)
        return sorted(each.number for each in found)


@pytest.fixture
def interpreter():
    return Interpreter()


@pytest.fixture
def process(interpreter):
    found = Process(interpreter)
    assert found.lines.begin()
    return found


class TestLines:
    def test_are_those_executed_for_an_answer(self, interpreter, process):
        interpreter.run(4, 5)
        assert process.lines.executed() == {Line(0, LEGACY, 4): 0, Line(0, LEGACY, 5): 0}

    def test_cost_nothing_once_they_were_seen(self, interpreter, process):
        assert (interpreter.run(4, 5), interpreter.run(4, 5, 6)) == ([4, 5], [6])

    def test_that_ran_in_shadow_first_are_seen_when_they_answer(self, interpreter, process):
        process.answers = False
        interpreter.run(4)
        assert process.seen() == []
        process.answers = True
        interpreter.run(4)
        assert process.seen() == [4]

    def test_are_told_once(self, interpreter, process):
        interpreter.run(4)
        assert (process.seen(), process.seen()) == ([4], [])

    def test_are_those_of_legacy_functions_alone(self, interpreter, process):
        interpreter.run(4, file="/srv/shop/price.py")
        interpreter.run(4, flags=0)
        assert process.seen() == []

    def test_are_seen_anew_in_each_period(self, interpreter, process):
        interpreter.run(4)
        process.now = 10
        process.lines.turn(after=10)
        interpreter.run(4)
        assert process.lines.executed() == {Line(0, LEGACY, 4): 0, Line(1, LEGACY, 4): 10}

    def test_stay_in_a_period_that_is_not_over(self, interpreter, process):
        process.now = 9
        process.lines.turn(after=10)
        assert interpreter.restarts == 0

    def test_have_the_first_of_them_written_soon(self, interpreter, process):
        interpreter.run(4, 5)
        assert process.first == 1

    def test_hold_nobody_up_and_are_known_to_be_lost(self, interpreter, process):
        process.lines._is_answer = None
        interpreter.run(4)
        assert (process.lost, process.lines.executed()) == (1, {})

    def test_of_a_parent_are_written_by_the_parent(self, interpreter, process):
        interpreter.run(4)
        process.lines.leave_to_the_parent()
        assert process.lines.executed() == {}
        interpreter.run(4)
        assert process.seen() == [4]


class TestPlaces:
    def test_are_those_that_nobody_has(self, interpreter):
        interpreter.use_tool_id(3, "another")
        assert Process(interpreter).lines.begin()
        assert interpreter.tools == {3: "another", 4: monitoring.NAME}

    def test_of_others_are_left_to_them(self, interpreter):
        for each in (3, 4):
            interpreter.use_tool_id(each, "another")
        found = Process(interpreter)
        assert (found.lines.begin(), set(interpreter.tools.values())) == (False, {"another"})

    def test_are_free_afterwards(self, interpreter, process):
        process.lines.end()
        assert (interpreter.tools, interpreter.started, set(interpreter.callbacks.values())) == ({}, 0, {None})


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    if (python := with_monitoring()) is None:
        pytest.skip("No Python 3.12 or later on this machine: lines are told by the documented events alone.")
    file = tmp_path_factory.mktemp("legacy") / "shop.py"
    file.write_text(SHOP)
    script, rooms = Path(__file__).with_name("run_by_line.py"), Path(monitoring.__file__).parent
    done = subprocess.run(
        [python, "-I", str(script), str(rooms), str(file)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class TestInterpreter:
    @pytest.mark.parametrize(
        ("when", "seen"),
        [
            ("imported", []),
            ("in shadow", []),
            ("for an answer after that", [6, 7, 10]),
            ("again", []),
            ("the other branch", [9, 10]),
            ("in the next period", [6, 9, 10]),
            ("in a child", [6, 9, 10]),
            ("after the child", []),
            ("in a thread", [6, 9, 10]),
        ],
        ids=lambda value: value if isinstance(value, str) else None,
    )
    def test_tells_a_line_that_answers(self, told, when, seen):
        assert told[when] == seen

    def test_can_execute_every_line_that_counts_and_no_other(self, told):
        assert told["all"] == told["lines"]

    def test_has_the_place_back(self, told):
        assert (told["begun"], told["tool"], told["over"]) == (True, [monitoring.NAME, None], [None, None])


class TestSources:
    @pytest.mark.parametrize(
        ("file", "expected"),
        [
            ("shop/legacy/price.py", True),
            ("shop/legacy/deep/price.py", True),
            ("shop/price.py", False),
            ("shop/legacy.py", False),
            ("shop/legacy/price.html", False),
            ("shop/legacy/tests/test_price.py", False),
            ("shop/tests/legacy/test_price.py", False),
        ],
    )
    def test_are_python_in_a_folder_of_legacy_code(self, file, expected):
        assert is_legacy(file) is expected

    def test_have_lines_in_functions_alone(self):
        found = lines_of(
            b"import os\nclass A:\n    x = 1\n    def f(self):\n        'Doc.'\n        return 1\n", file="a.py"
        )
        assert found == {6}

    def test_of_another_text_are_another_version(self):
        assert (version_of(b"a") == version_of(b"a"), version_of(b"a") == version_of(b"b")) == (True, False)
