"""Lines that answered somebody: written beside the entries."""

import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from migration_harness.deciding.clock import NANOSECONDS
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.deciding.purpose import for_the_harness
from migration_harness.deciding.unit_of_work import unit_of_work
from migration_harness.log.retention import retain
from migration_harness.models import LegacyLine, MarkedRevision
from migration_harness.seams.purity import active
from migration_harness.seams.purity.guard import Guard
from migration_harness.tombstones import cells, lines, reporter, writing
from tests.unit.tombstones.interpreters import Interpreter

from .parts import FILE, a_line, version


@pytest.fixture
def interpreter(monkeypatch):
    found = Interpreter()
    monkeypatch.setattr(sys, "monitoring", found, raising=False)
    return found


@pytest.fixture
def process(tree, interpreter, monkeypatch):
    """A process that sees lines, in this test alone."""
    monkeypatch.setattr(cells, "_counted", [])
    monkeypatch.setattr(reporter, "_naming", [lambda: "c3891a5"])
    monkeypatch.setattr(reporter, "watch", lines.Watch())
    monkeypatch.setattr(reporter, "_reporter", reporter.Reporter())
    reporter.watch.begin(on_first=lambda: None, lose=reporter.lose)
    return reporter._reporter


def kept():
    return list(LegacyLine.objects.order_by("file", "line").values_list("file", "line", "version", "revision"))


class TestLines:
    def test_are_written_with_file_version_and_revision(self, process, interpreter, tree):
        interpreter.run(2, 4, file=str(tree))
        assert process.flush()
        assert kept() == [(FILE, line, version(), "c3891a5") for line in (2, 4)]

    def test_are_those_below_the_root_alone(self, process, interpreter, tmp_path_factory):
        interpreter.run(2, file=str(tmp_path_factory.mktemp("legacy") / "price.py"))
        assert process.flush()
        assert kept() == []

    def test_that_cannot_be_written_wait(self, process, interpreter, tree, monkeypatch):
        interpreter.run(2, file=str(tree))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(writing, "connect_directly", None)
            assert not process.flush()
        assert (process.waits(), process.flush(), process.waits()) == (True, True, False)
        assert len(kept()) == 1

    def test_are_seen_anew_each_day(self, process, interpreter, tree, settings, monkeypatch):
        interpreter.run(2, file=str(tree))
        assert process.flush()
        assert interpreter.run(2, file=str(tree)) == []
        settings.HARNESS = settings.HARNESS | {"DAY_SECONDS": 1}
        reporter.watch._lines._began -= 2 * NANOSECONDS
        assert process.flush()
        assert interpreter.run(2, file=str(tree)) == [2]

    @pytest.mark.parametrize("aside", ["shadow", "replay", "harness"])
    def test_are_none_that_answered_nobody(self, process, interpreter, tree, aside):
        if aside == "shadow":
            token = active.set(Guard())
            interpreter.run(2, file=str(tree))
            active.reset(token)
        elif aside == "replay":
            with unit_of_work(execution_path=ExecutionPath.REPLAY):
                interpreter.run(2, file=str(tree))
        else:
            with for_the_harness():
                interpreter.run(2, file=str(tree))
        assert process.flush()
        assert kept() == []
        interpreter.run(2, file=str(tree))
        assert process.flush()
        assert len(kept()) == 1

    def test_go_as_comparisons_do(self, process):
        old = timezone.now() - timedelta(days=400)
        a_line(2, at=old)
        a_line(4)
        retain(now=timezone.now())
        assert [line for _, line, *_ in kept()] == [4]


class TestRevision:
    def test_is_told_to_see_lines(self, process):
        assert process.flush()
        row = MarkedRevision.objects.get()
        assert (row.lines_from == row.first_at, row.entries_at) == (True, None)

    def test_is_told_to_see_entries_alone(self, process):
        reporter.watch.end()
        assert process.flush()
        row = MarkedRevision.objects.get()
        assert (row.lines_from, row.entries_at == row.last_at) == (None, True)

    def test_keeps_what_both_kinds_told(self, process):
        assert process.flush()
        reporter.watch.end()
        assert process.flush()
        row = MarkedRevision.objects.get()
        assert (row.lines_from == row.first_at, row.entries_at == row.last_at) == (True, True)
