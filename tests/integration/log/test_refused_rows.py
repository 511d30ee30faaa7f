"""A row that the database refuses holds up none of the others; a database that is away loses none."""

from types import SimpleNamespace

import psycopg
import pytest
import structlog
from django.db import OperationalError, connection

from migration_harness import queries
from migration_harness.comparing.comparator import Verdict
from migration_harness.log import recorder
from migration_harness.log.setting_aside import MOST_TRIES, Batch
from migration_harness.models import Comparison, ComparisonSample
from migration_harness.rollout.standing import gates_by_phase

from .parts import buffer_without_thread, comparison, match

pytestmark = pytest.mark.django_db

REFUSALS = {
    "a rule of the table": "23514", "a value": "22003", "a limit": "54000", "a trigger": "P0001", "a fault": "XX000",
}  # fmt: skip
FOR_ALL = {
    "a full disk": "53100", "a lock": "55P03", "a deadlock": "40P01", "a missing table": "42P01", "no right": "42501",
    "a shutdown": "57P01", "read only": "25006", "a file": "58030",
}  # fmt: skip


@pytest.fixture
def buffer(settings):
    return buffer_without_thread(settings)


@pytest.fixture
def refuse():
    """Let a table refuse the rows that a condition names."""

    def refusing(condition, state="P0001", table="migration_harness_comparison"):
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {condition} THEN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END IF; RETURN NEW; END $$"
            )
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()"
            )

    return refusing


def fill(buffer, bad=(), *, count=40):
    """Add matches and differences in turn; those at ``bad`` places are of a request that is refused."""
    for number in range(count):
        request_id = "bad" if number in bad else str(number)
        if number % 2:
            buffer.add_match(match(request_id=request_id))
        else:
            buffer.add(comparison(request_id=request_id))


def written():
    return list(Comparison.objects.order_by("id").values_list("request_id", flat=True))


class TestRefusedRow:
    @pytest.mark.covering
    @pytest.mark.parametrize("why", REFUSALS)
    @pytest.mark.parametrize(
        "bad", [{0}, {39}, {7, 8}, {1, 3, 5, 7, 9}, set(range(39))], ids=["first", "last", "two", "many", "all but one"]
    )
    def test_is_set_aside_and_the_others_are_written_in_their_order(self, buffer, refuse, why, bad):
        refuse("NEW.request_id = 'bad'", REFUSALS[why])
        fill(buffer, bad)
        with structlog.testing.capture_logs() as events:
            buffer.flush()
        assert written() == [str(number) for number in range(40) if number not in bad]
        assert (queries.comparisons_set_aside(), queries.dropped_comparisons()) == ({"s": len(bad)}, {})
        (event,) = [e for e in events if e["event"] == "harness.comparison_set_aside"]
        assert (event["seam"], event["count"]) == ("s", len(bad))
        assert not buffer._rows

    @pytest.mark.parametrize("why", ["a rule of the table", "a value", "a limit"])
    def test_of_its_own_values_is_set_aside_also_where_none_is_written(self, buffer, refuse, why):
        refuse("true", REFUSALS[why])
        fill(buffer, count=5)
        buffer.flush()
        assert (written(), buffer.drops.set_aside_total, len(buffer._rows)) == ([], 5, 0)

    @pytest.mark.parametrize("why", ["a trigger", "a fault"])
    def test_is_kept_where_nothing_tells_whether_it_is_at_fault(self, buffer, refuse, why):
        refuse("true", REFUSALS[why])
        fill(buffer, count=5)
        with pytest.raises(psycopg.Error):
            buffer.flush()
        assert (buffer.drops.set_aside_total, len(buffer._rows)) == (0, 5)
        refuse("NEW.request_id = '2'", REFUSALS[why])
        buffer.flush()
        assert written() == ["0", "1", "3", "4"]

    def test_among_thousands_costs_little(self, buffer, refuse, monkeypatch):
        refuse("NEW.request_id = 'bad'")
        copies, copy = [], recorder._copy
        monkeypatch.setattr(recorder, "_copy", lambda records: copies.append(len(records)) or copy(records))
        fill(buffer, {1_111}, count=recorder.FLUSH_ROWS)
        buffer.flush()
        assert len(written()) == recorder.FLUSH_ROWS - 1
        assert len(copies) < 40

    def test_of_a_sample_leaves_its_comparison(self, buffer, refuse):
        refuse("true", "22001", "migration_harness_comparisonsample")
        fill(buffer, count=4)
        buffer.flush()
        assert (written(), ComparisonSample.objects.count()) == (["0", "1", "2", "3"], 0)
        assert buffer.drops.set_aside_total == 0

    def test_is_told_by_status_and_metrics(self, buffer, refuse, harness):
        from migration_harness.metrics import HarnessCollector

        refuse("true", "23514")
        fill(buffer, count=3)
        buffer.flush()
        _, out, _ = harness("status")
        assert "3 comparisons of s could not be written" in " ".join(out.split())
        assert queries.status(gates=gates_by_phase())["set_aside"] == {"s": 3}
        (family,) = [each for each in HarnessCollector().collect() if each.name == "harness_comparisons_set_aside"]
        assert {sample.labels["seam"]: sample.value for sample in family.samples}["s"] == 3

    def test_is_counted_once_however_often_counts_are_written(self, buffer, refuse):
        refuse("NEW.request_id = 'bad'")
        for _ in range(3):
            fill(buffer, {0}, count=2)
            buffer.flush()
        assert queries.comparisons_set_aside() == {"s": 3}
        assert queries.dropped_comparisons() in ({}, {"s": 0})


class TestWhatConcernsAll:
    @pytest.mark.parametrize("why", FOR_ALL)
    def test_keeps_every_row_in_its_order(self, buffer, refuse, why):
        refuse("NEW.request_id = '3'", FOR_ALL[why])
        fill(buffer, count=6)
        with pytest.raises((psycopg.Error, OperationalError)):
            buffer.flush()
        refuse("false")
        buffer.flush()
        assert written() == ["0", "1", "2", "3", "4", "5"]
        assert buffer.drops.set_aside_total == 0

    def test_that_ends_a_flush_in_the_middle_writes_no_row_twice(self, buffer, monkeypatch):
        copy, calls = recorder._copy, []

        def going_away(records):
            calls.append(records)
            if len(calls) == 1:
                raise psycopg.errors.CheckViolation
            if len(calls) == 3:
                raise psycopg.OperationalError
            copy(records)

        monkeypatch.setattr(recorder, "_copy", going_away)
        fill(buffer, count=8)
        with pytest.raises(psycopg.OperationalError):
            buffer.flush()
        assert written() == ["0", "1", "2", "3"]
        buffer.flush()
        assert written() == [str(number) for number in range(8)]


class TestBatch:
    def test_takes_a_bounded_number_of_tries(self):
        tries = []

        def refuse(records):
            tries.append(records)
            raise psycopg.errors.CheckViolation

        records = [comparison()] * 10_000
        batch = Batch([_Bare(record) for record in records])
        batch.write(refuse)
        assert len(tries) == MOST_TRIES
        assert len(batch.left) + len(batch.set_aside) == 10_000


class _Bare:
    sample = None

    def __init__(self, record):
        self.seam = record.seam


class TestFullBuffer:
    def test_keeps_differences_where_matches_are_dropped(self, buffer, monkeypatch):
        monkeypatch.setattr(recorder, "CAPACITY", 4)
        fill(buffer, count=20)
        buffer.flush()
        assert Comparison.objects.exclude(verdict="match").count() == 10
        assert buffer.drops.total == 10 - Comparison.objects.filter(verdict="match").count() > 0

    def test_sets_differences_aside_beyond_its_last_bound_and_says_so(self, buffer, monkeypatch):
        monkeypatch.setattr(recorder, "DIFFERENCES", 5)
        for _ in range(8):
            buffer.add(comparison())
        assert len(buffer._rows) == 5
        with structlog.testing.capture_logs() as events:
            buffer.flush()
        assert queries.comparisons_set_aside() == {"s": 3}
        assert [(e["reason"], e["count"]) for e in events if "set_aside" in e["event"]] == [("the buffer is full", 3)]

    def test_says_so_also_while_the_database_is_away(self, buffer, monkeypatch):
        monkeypatch.setattr(recorder, "DIFFERENCES", 1)
        monkeypatch.setattr(recorder, "_copy", _away)
        fill(buffer, count=3)
        with structlog.testing.capture_logs() as events, pytest.raises(psycopg.OperationalError):
            buffer.flush()
        assert [e["reason"] for e in events if "set_aside" in e["event"]] == ["the buffer is full"]

    def test_counts_the_samples_of_a_bounded_number_of_signatures(self, buffer, monkeypatch):
        monkeypatch.setattr(recorder, "SIGNATURES", 10)
        for number in range(100):
            buffer.add(comparison(signature=f"{number:012}"))
        assert len(recorder._samples) <= 10


def _away(_records):
    raise psycopg.OperationalError


class TestThread:
    @pytest.mark.parametrize("error", [psycopg.OperationalError(), SystemExit(), MemoryError()], ids=repr)
    def test_goes_on_whatever_a_flush_raises_and_waits_before_it_tries_again(self, buffer, monkeypatch, error):
        """Whoever adds to a long buffer wakes the thread: it must not try with every call."""
        did = []

        def flush():
            did.append("flush")
            if did.count("flush") < 3:
                raise error

        monkeypatch.setattr(buffer, "flush", flush)
        monkeypatch.setattr(recorder, "time", SimpleNamespace(sleep=lambda _: did.append("wait")))
        monkeypatch.setattr(recorder.endings, "is_over", lambda: did.count("flush") == 2)
        monkeypatch.setattr(buffer._wake, "wait", lambda _: True)
        buffer._run()
        assert did == ["flush", "wait", "flush", "wait", "flush"]


@pytest.mark.parametrize("verdict", [each for each in Verdict if each is not Verdict.MATCH], ids=str)
def test_no_verdict_is_refused(buffer, verdict):
    buffer.add(comparison(verdict))
    buffer.flush()
    assert Comparison.objects.get().verdict == verdict
