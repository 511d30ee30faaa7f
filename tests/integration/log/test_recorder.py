"""Comparisons on their way to the log."""

import threading
import time
from decimal import Decimal

import psycopg
import pytest
from django.db import ProgrammingError

from migration_harness import queries
from migration_harness.comparing.comparator import MATCHED, Judgement, Verdict
from migration_harness.deciding.snapshot import OFF
from migration_harness.log import drops, recorder
from migration_harness.log.comparison import Comparison as Row
from migration_harness.models import Comparison
from migration_harness.operations.enclosure import Enclosed
from migration_harness.seams.purity.guard import enclosure
from tests.waiting import PATIENCE_SECONDS

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

    def test_writes_in_the_background_also_where_a_shadowed_operation_was_the_first_to_tell(self, buffer, monkeypatch):
        begun = threading.Event()
        monkeypatch.setattr(buffer, "_run", begun.set)
        buffer._thread, enclosed = None, Enclosed()
        token = enclosure.set(enclosed)
        try:
            buffer.add(row())
        finally:
            enclosure.reset(token)
            enclosed.leave()
        assert (enclosed.tried, begun.wait(PATIENCE_SECONDS)) == (None, True)

    def test_keeps_its_rows_when_the_database_fails(self, buffer, monkeypatch):
        buffer.add(row())
        with monkeypatch.context() as broken:
            broken.setattr(recorder, "_COPY", "COPY no_such_table FROM STDIN")
            with pytest.raises(psycopg.errors.UndefinedTable):
                buffer.flush()
        buffer.flush()
        assert Comparison.objects.count() == 1

    def test_is_waited_for_at_the_end_while_its_thread_writes(self, buffer, monkeypatch):
        """The rows on their way are in no buffer: a process that ended now would lose them."""
        begun, go_on, seen = threading.Event(), threading.Event(), []

        def write(_rows):
            begun.set()
            assert go_on.wait(60)
            seen.append("written")

        monkeypatch.setattr(buffer, "_write", write)
        buffer.add(row())
        writer = threading.Thread(target=buffer.flush)
        writer.start()
        assert begun.wait(60)
        end = threading.Thread(target=lambda: (buffer.flush_at_last(), seen.append("left")))
        end.start()
        end.join(0.2)
        go_on.set()
        end.join(60)
        writer.join(60)
        assert seen == ["written", "left"]

    def test_drops_and_counts_matches_when_it_is_full_and_never_differences(self, buffer, monkeypatch):
        monkeypatch.setattr(recorder, "CAPACITY", 3)
        for _ in range(5):
            buffer.add_match(match())
        for _ in range(5):
            buffer.add(row(Verdict.MISMATCH))
        buffer.flush()
        assert buffer.drops.total == 2
        assert queries.dropped_comparisons() == {"s": 2}
        assert Comparison.objects.filter(verdict="mismatch").count() == 5
        assert Comparison.objects.filter(verdict="match").count() == 3

    def test_adds_what_it_drops_to_what_was_dropped_before(self, buffer, monkeypatch):
        monkeypatch.setattr(recorder, "CAPACITY", 0)
        for _ in range(2):
            buffer.add(row())
            buffer.flush()
        assert queries.dropped_comparisons() == {"s": 2}

    def test_keeps_what_it_dropped_when_the_database_fails(self, buffer, monkeypatch):
        monkeypatch.setattr(recorder, "CAPACITY", 0)
        buffer.add(row())
        with monkeypatch.context() as broken:
            broken.setattr(drops, "_ADD", "INSERT INTO no_such_table VALUES (%s, %s)")
            with pytest.raises(ProgrammingError):
                buffer.flush()
        buffer.flush()
        assert queries.dropped_comparisons() == {"s": 1}

    @pytest.mark.parametrize("text", ["plain", "tab\tand\nnewline\r", "back\\slash \\N", '"quoted", {braced}', "é", ""])
    def test_writes_every_text_as_it_is(self, buffer, text):
        buffer.add(row()._replace(seam=text, subject=text, group=(text, "g"), operation_id=text))
        buffer.flush()
        written = Comparison.objects.get()
        assert (written.seam, written.account_id, written.operation_id) == (text, text, text)
        assert written.group == [text, "g"]

    def test_writes_measures_exactly(self, buffer):
        buffer.add(row()._replace(control_measure=Decimal("0.123456789012"), candidate_measure=7))
        buffer.add(row())
        buffer.flush()
        measures = {(c.control_measure, c.candidate_measure) for c in Comparison.objects.all()}
        assert measures == {(Decimal("0.123456789012"), Decimal(7)), (None, None)}

    @pytest.mark.parametrize("bad", ["\x00", "\ud800"], ids=["NUL", "half a surrogate pair"])
    def test_writes_a_text_that_cannot_be_kept_with_a_mark_and_the_rows_around_it(self, buffer, bad):
        for request_id in ("a", f"b{bad}", "c"):
            buffer.add(row(Verdict.MISMATCH)._replace(request_id=request_id, call={"text": f"t{bad}"}))
        buffer.flush()
        assert list(Comparison.objects.order_by("pk").values_list("request_id", flat=True)) == ["a", "b\ufffd", "c"]
