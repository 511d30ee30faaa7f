"""Executions, entries and beats in the database, past whatever the caller has open."""

from collections import Counter
from datetime import timedelta

import psycopg
import pytest
import structlog
from django.db import connection, transaction
from django.utils import timezone

from migration_harness.deciding import endings
from migration_harness.deciding.clock import NANOSECONDS
from migration_harness.deciding.direct import connect_directly
from migration_harness.deciding.processes import this_process
from migration_harness.log.retention import retain
from migration_harness.models import (
    LegacyEntry,
    LegacyExecution,
    MarkedRevision,
    TombstoneHour,
    TombstoneReporter,
    UnmarkedProcess,
)
from migration_harness.reporting import reporter as thread
from migration_harness.reporting.periods import Beat
from migration_harness.seams.purity import active
from migration_harness.seams.purity.guard import Guard
from migration_harness.tombstones import cells, declaring, reporter, writing
from migration_harness.tombstones.marking import tombstone
from tests.waiting import until

from .parts import an_execution, covered, removed

HERE = "tests/integration/tombstones/test_reporter.py"


@pytest.fixture
def process(db, monkeypatch):
    """A process that has one entry, in this test alone."""
    removed()
    monkeypatch.setattr(cells, "_counted", [])
    monkeypatch.setattr(declaring, "entries", declaring.Entries())
    monkeypatch.setattr(reporter, "entries", declaring.entries)
    monkeypatch.setattr("migration_harness.tombstones.marking.entries", declaring.entries)
    monkeypatch.setattr(reporter, "_naming", [lambda: "c3891a5"])
    made = reporter.Reporter()
    monkeypatch.setattr(reporter, "_reporter", made)
    yield made
    removed()


@pytest.fixture
def price(process):
    @tombstone(owner="billing", since="2026-11-30", reason="goes")
    def price():
        return 3

    return price


def kept():
    """Return how often, whoever called."""
    found = Counter()
    for row in LegacyExecution.objects.all():
        found[row.entry.rpartition(".")[2], row.purpose, row.execution_path, row.revision] += row.times
    return found


def ago(process, seconds):
    process._beat = Beat(at=process._beat.at, ns=process._beat.ns - int(seconds * NANOSECONDS))


def refuse(monkeypatch):
    def down(**_):
        raise psycopg.OperationalError("down")

    monkeypatch.setattr(writing, "connect_directly", down)


class TestExecutions:
    def test_are_added_to_those_of_the_day(self, process, price):
        for _ in range(3):
            price()
            assert process.flush()
        price()
        assert process.flush()
        assert sum(kept().values()) == 4

    def test_are_kept_by_entry_purpose_path_and_revision(self, process, price):
        price()
        assert process.flush()
        assert kept() == {("price", "answer", "direct", "c3891a5"): 1}

    def test_have_their_caller(self, process, price):
        price()
        assert process.flush()
        (row,) = LegacyExecution.objects.all()
        assert (row.caller.startswith(f"{HERE}:"), row.caller.endswith("test_have_their_caller")) == (True, True)

    def test_are_written_past_the_callers_transaction(self, process, price):
        with pytest.raises(RuntimeError), transaction.atomic():
            price()
            assert process.flush()
            raise RuntimeError
        assert kept()

    def test_that_cannot_be_written_wait(self, process, price, monkeypatch):
        price()
        with pytest.MonkeyPatch.context() as patch:
            refuse(patch)
            assert not process.flush()
        assert process.flush()
        assert sum(kept().values()) == 1

    def test_of_many_callers_are_bounded_in_a_day(self, process, price, monkeypatch):
        monkeypatch.setattr(writing, "MOST", 2)
        for number in range(4):
            namespace = {"price": price}
            exec(f"def caller_{number}():\n    price()", namespace)  # noqa: S102  Another caller each time.
            namespace[f"caller_{number}"]()
            assert process.flush()
        callers = set(LegacyExecution.objects.values_list("caller", flat=True))
        assert (len(callers), writing.OTHERS in callers, sum(kept().values())) == (3, True, 4)


class TestEntries:
    def test_are_told_with_what_is_said_of_them(self, process, price):
        assert process.flush()
        (row,) = LegacyEntry.objects.all()
        assert (row.revision, row.owner, row.since.isoformat(), row.reason, row.kind) == (
            "c3891a5", "billing", "2026-11-30", "goes", "code",
        )  # fmt: skip

    def test_that_come_later_are_told_later(self, process, price):
        assert process.flush()

        @tombstone(owner="billing", since="2026-11-30", reason="goes")
        def late():
            return 3

        assert process.flush()
        assert LegacyEntry.objects.filter(entry__endswith=".late").exists()


class TestBeat:
    def test_covers_the_time_since_the_last(self, process):
        ago(process, 10)
        assert process.flush()
        seconds = sum(
            (part.upper - part.lower).total_seconds() for row in TombstoneHour.objects.all() for part in row.covered
        )
        assert seconds == pytest.approx(10, abs=5)

    def test_that_comes_late_is_a_gap(self, process):
        ago(process, 100)
        assert process.flush()
        assert any(row.gaps for row in TombstoneHour.objects.all())

    def test_tells_the_process_and_its_revision(self, process):
        assert process.flush()
        (row,) = TombstoneReporter.objects.all()
        assert (row.pid, row.revision) == (this_process().pid, "c3891a5")
        assert MarkedRevision.objects.get().revision == "c3891a5"

    def test_of_the_end_takes_the_process_along(self, process, price):
        assert process.flush()
        price()
        reporter.leave()
        assert (TombstoneReporter.objects.count(), sum(kept().values())) == (0, 1)

    def test_that_cannot_be_written_at_the_end_leaves_it(self, process):
        assert process.flush()
        with pytest.MonkeyPatch.context() as patch:
            refuse(patch)
            reporter.leave()
        assert TombstoneReporter.objects.count() == 1

    def test_says_that_an_execution_was_not_counted(self, process):
        reporter.lose()
        assert process.flush()
        assert sum(row.lost for row in TombstoneHour.objects.all()) == 1
        assert process.flush()
        assert sum(row.lost for row in TombstoneHour.objects.all()) == 1


def a_lease(*, pid, taken_seconds_ago):
    with connect_directly(name="tests") as direct:
        direct.execute(
            "INSERT INTO migration_harness_lease (host, pid, role, epoch, open_units, open_breakers, taken_at,"
            " renewed_at, acknowledged_at, expires_at) SELECT 'other', %s, 'worker', 0, 0, '{}', t, now(), now(),"
            " now() + interval '1 hour' FROM (SELECT now() - make_interval(secs => %s) AS t) x",
            [pid, taken_seconds_ago],
        )


class TestUnmarked:
    @pytest.fixture(autouse=True)
    def _no_lease_left(self, process):
        yield
        with connect_directly(name="tests") as direct:
            direct.execute("DELETE FROM migration_harness_lease WHERE host = 'other'")

    def test_is_a_process_that_decides_and_tells_nothing(self, process):
        a_lease(pid=7, taken_seconds_ago=300)
        assert process.flush()
        assert list(UnmarkedProcess.objects.values_list("host", "pid", "role")) == [("other", 7, "worker")]

    def test_is_none_that_has_just_begun(self, process):
        a_lease(pid=7, taken_seconds_ago=5)
        assert process.flush()
        assert not UnmarkedProcess.objects.exists()

    def test_is_none_that_reports(self, process):
        a_lease(pid=7, taken_seconds_ago=300)
        with connect_directly(name="tests") as direct:
            direct.execute(
                "INSERT INTO migration_harness_tombstonereporter VALUES"
                " (gen_random_uuid(), 'other', 7, 'worker', 'x', now(), now())"
            )
        assert process.flush()
        assert not UnmarkedProcess.objects.exists()


@pytest.fixture
def background(process, settings, monkeypatch):
    settings.HARNESS = settings.HARNESS | {"BACKGROUND": True}
    monkeypatch.setattr(thread, "PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(thread, "TICK_SECONDS", 0.05)
    monkeypatch.setattr(endings, "before_the_end", lambda _: None)
    yield process
    process.stop()
    if process._thread is not None:
        process._thread.join(30)


class TestThread:
    def test_begins_with_the_first_execution_and_writes_it_soon(self, background, price):
        price()
        until(kept)
        assert kept() == {("price", "answer", "direct", "c3891a5"): 1}

    def test_is_no_doing_of_the_side_that_executes_first(self, background, price):
        guard = Guard()
        token = active.set(guard)
        try:
            price()
        finally:
            active.reset(token)
        until(kept)
        assert (guard.entered, guard.blocked, list(kept())) == ((), None, [("price", "shadow", "direct", "c3891a5")])


def dead_since(at, phase):
    with connect_directly(name="tests") as direct:
        direct.execute(
            "INSERT INTO migration_harness_phaseadvance (phase, at, actor, reason, gates, refused, undone_by)"
            " VALUES (%s, %s, 'ada', '', '{}', '[]', '')",
            [phase, at],
        )


class TestRisen:
    @pytest.fixture(autouse=True)
    def _nothing_closed(self, process):
        yield
        with connect_directly(name="tests") as direct:
            direct.execute("DELETE FROM migration_harness_phaseadvance")

    def flushed(self, process):
        with structlog.testing.capture_logs() as logged:
            assert process.flush()
        return [each for each in logged if each["event"] == "harness.legacy_executed"]

    def test_is_loud(self, process, price):
        dead_since(timezone.now() - timedelta(days=1), phase=6)
        price()
        (said,) = self.flushed(process)
        assert (said["log_level"], said["entry"].rpartition(".")[2], said["times"], said["execution_path"]) == (
            "error", "price", 1, "direct",
        )  # fmt: skip
        assert said["caller"].startswith(HERE)

    @pytest.mark.parametrize("phase", [None, 5], ids=["no phase was closed", "another phase was closed"])
    def test_is_nothing_before_the_last_phase_is_entered(self, process, price, phase):
        if phase is not None:
            dead_since(timezone.now() - timedelta(days=1), phase=phase)
        price()
        assert self.flushed(process) == []

    def test_is_nothing_in_shadow(self, process, price):
        dead_since(timezone.now() - timedelta(days=1), phase=6)
        token = active.set(Guard())
        try:
            price()
        finally:
            active.reset(token)
        assert self.flushed(process) == []


class TestOld:
    def test_goes_as_comparisons_do(self, process):
        old = timezone.now() - timedelta(days=400)
        covered(old, old + timedelta(hours=2))
        an_execution(old)
        an_execution(timezone.now(), caller="new")
        retain(now=timezone.now())
        assert list(LegacyExecution.objects.values_list("caller", flat=True)) == ["new"]
        assert not TombstoneHour.objects.exists()
        assert connection.in_atomic_block
