"""Comparisons on their way to the log."""

import time

import psycopg
import pytest

from migration_harness import recorder
from migration_harness.comparator import MATCHED, Judgement, Verdict
from migration_harness.comparison import Comparison as Row
from migration_harness.models import Comparison
from migration_harness.partitions import prepare
from migration_harness.snapshot import OFF

pytestmark = pytest.mark.django_db


def row(verdict=Verdict.MATCH):
    signature = None if verdict is Verdict.MATCH else "0123456789ab"
    judgement = MATCHED if verdict is Verdict.MATCH else Judgement(verdict=verdict)
    return Row(
        time.time(), "s", 1, "shadow", "1", "", "direct", ("g",), verdict, signature, None, None, 1, 1, "", "", "", "",
        judgement, {},
    )  # fmt: skip


def match():
    """A match as a seam leaves it in the buffer."""
    return time.time(), "s", "", OFF, None, 1, "", ("g",), 7, 7, 1, 1


@pytest.fixture
def buffer(settings):
    """A buffer whose thread never starts: the test flushes."""
    settings.HARNESS = settings.HARNESS | {"BACKGROUND": True}
    made = recorder.Buffer()
    made._thread = object()
    return made


class TestBuffer:
    def test_writes_all_it_holds(self, buffer):
        for _ in range(recorder.FLUSH_ROWS + 10):
            buffer.add_match(match())
        buffer.flush()
        assert Comparison.objects.count() == recorder.FLUSH_ROWS + 10

    def test_keeps_its_rows_when_the_database_fails(self, buffer, monkeypatch):
        buffer.add(row())
        with monkeypatch.context() as broken:
            broken.setattr(recorder, "_COPY", "COPY no_such_table FROM STDIN")
            with pytest.raises(psycopg.errors.UndefinedTable):
                buffer.flush()
        buffer.flush()
        assert Comparison.objects.count() == 1

    def test_drops_and_counts_matches_when_it_is_full_and_never_differences(self, buffer, monkeypatch):
        monkeypatch.setattr(recorder, "CAPACITY", 3)
        for _ in range(5):
            buffer.add_match(match())
        for _ in range(5):
            buffer.add(row(Verdict.MISMATCH))
        buffer.flush()
        assert buffer.dropped == 2
        assert Comparison.objects.filter(verdict="mismatch").count() == 5
        assert Comparison.objects.filter(verdict="match").count() == 3


class TestPartitions:
    def test_are_made_ahead_once(self):
        made = prepare(days_ahead=3)
        assert len(made) == 3
        assert prepare(days_ahead=3) == []
