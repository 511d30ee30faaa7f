"""Errors and beats in the database, past whatever the caller has open."""

import os
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from celery.signals import task_failure
from django.db import DataError, connection, transaction
from django.test import Client, override_settings

from migration_harness.deciding import endings
from migration_harness.deciding.clock import NANOSECONDS
from migration_harness.errors import reporter, writing
from migration_harness.errors.counts import OTHERS, Named
from migration_harness.errors.keeping import keep_errors
from migration_harness.log.retention import retain
from migration_harness.models import KeptError, ReportedHour, Reporter
from migration_harness.reporting import reporter as thread
from migration_harness.seams.purity.guard import Guard, active
from tests.waiting import until

from .parts import an_error, at, covered, removed

NAMED = Named("shop.refused", "shop")


@pytest.fixture
def process(db, monkeypatch):
    """A process that counts errors in this test alone."""
    removed()
    made = reporter.Reporter()
    monkeypatch.setattr(reporter, "_reporter", made)
    yield made
    removed()


def count(process, named=NAMED, times=1, sample=""):
    for _ in range(times):
        process.counts.count(named, level="error", sample=sample)


def kept():
    return {(each.event, each.logger): each.times for each in KeptError.objects.all()}


def ago(process, seconds):
    """Let all that waits, and the last beat, be this long ago."""
    for seen in process.counts._seen.values():
        seen.first_ns -= int(seconds * NANOSECONDS)
        seen.last_ns -= int(seconds * NANOSECONDS)
    process._beat = writing.Beat(at=process._beat.at, ns=process._beat.ns - int(seconds * NANOSECONDS))


def covered_seconds():
    return sum(
        (part.upper - part.lower).total_seconds() for each in ReportedHour.objects.all() for part in each.covered
    )


def refuse(monkeypatch):
    def down(**_):
        raise psycopg.OperationalError("down")

    monkeypatch.setattr(writing, "connect_directly", down)


class TestErrors:
    def test_are_added_to_those_of_the_day(self, process):
        count(process, times=3, sample="first")
        assert process.flush()
        count(process, times=2, sample="last")
        count(process, Named("shop.other", "shop"))
        assert process.flush()
        assert kept() == {("shop.refused", "shop"): 5, ("shop.other", "shop"): 1}
        row = KeptError.objects.get(event="shop.refused")
        assert (row.sample, row.first_at < row.last_at) == ("last", True)

    def test_are_of_the_time_at_which_they_came(self, process):
        now = datetime.now(UTC)
        count(process)
        ago(process, 3 * 86_400)
        assert process.flush()
        row = KeptError.objects.get()
        assert abs(row.last_at - (now - timedelta(days=3))) < timedelta(minutes=1)
        assert row.day == row.last_at.astimezone(UTC).date()

    def test_of_two_processes_are_counted_together(self, process):
        other = reporter.Reporter()
        for each in (process, other):
            count(each, times=2)
            assert each.flush()
        assert (kept(), Reporter.objects.count()) == ({("shop.refused", "shop"): 4}, 2)

    def test_beyond_what_a_day_tells_apart_are_others(self, process, monkeypatch):
        monkeypatch.setattr(writing, "MOST", 3)
        for number in range(5):
            count(process, Named(f"event {number}", "shop"))
        count(process, Named("event 1", "shop"))
        assert process.flush()
        count(process, Named("event 0", "shop"))
        count(process, Named("event 9", "shop"))
        assert process.flush()
        found = kept()
        assert found.pop(tuple(OTHERS)) == 3
        assert found == {("event 0", "shop"): 2, ("event 1", "shop"): 2, ("event 2", "shop"): 1}

    def test_are_removed_with_the_log(self, process, settings):
        settings.HARNESS = settings.HARNESS | {"KEEP_COMPARISONS_DAYS": 10}
        for day in (1, 15):
            an_error(at(day))
            covered(at(day), at(day, 1))
            Reporter.objects.create(id=f"{day:032x}", host="h", pid=1, role="web", began_at=at(day), beat_at=at(day))
        assert retain(now=at(20)).errors == 1
        tables = (KeptError, ReportedHour, Reporter)
        assert [each.objects.count() for each in tables] == [1, 1, 1]
        assert KeptError.objects.get().day == at(15).date()


class TestWriting:
    def test_is_not_in_the_callers_transaction(self, process):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            count(process)
            assert process.flush()
            raise ZeroDivisionError
        assert kept() == {("shop.refused", "shop"): 1}

    def test_goes_on_where_the_callers_transaction_is_broken(self, process):
        with pytest.raises(DataError), transaction.atomic():
            try:
                connection.cursor().execute("SELECT 1/0")
            finally:
                count(process)
                assert process.flush()
        assert kept() == {("shop.refused", "shop"): 1}

    def test_keeps_what_a_database_that_is_down_does_not_take(self, process):
        with pytest.MonkeyPatch.context() as patch:
            refuse(patch)
            count(process, times=2)
            assert not process.flush()
            count(process)
            assert not process.flush()
        assert (kept(), process.flush(), kept()) == ({}, True, {("shop.refused", "shop"): 3})

    def test_writes_all_or_nothing(self, process, monkeypatch):
        monkeypatch.setattr(writing, "_BEAT", "SELECT 1/0")
        count(process)
        assert not process.flush()
        assert (kept(), ReportedHour.objects.count(), bool(process.counts)) == ({}, 0, True)

    def test_says_once_that_it_fails_and_once_more_after_it_went_well(self, process, caplog):
        for _ in range(2):
            with pytest.MonkeyPatch.context() as patch:
                refuse(patch)
                count(process)
                process.flush()
                process.flush()
            process.flush()
        said = [each for each in caplog.messages if "harness.errors_not_written" in each]
        assert len(said) == 2

    def test_counts_how_many_were_lost(self, process):
        process.counts.lose(2)
        assert process.flush()
        assert sum(each.lost for each in ReportedHour.objects.all()) == 2


class TestBeats:
    def test_cover_all_that_lies_between_them(self, process):
        ago(process, 30)
        assert process.flush()
        ago(process, 20)
        assert process.flush()
        # The second one begins where the first one ended, or 20 s ago where clocks disagree.
        assert covered_seconds() == pytest.approx(30, abs=2) or covered_seconds() == pytest.approx(50, abs=2)
        assert all(not each.gaps for each in ReportedHour.objects.all())

    @pytest.mark.parametrize("hours", [0.5, 3])
    def test_that_come_late_leave_a_gap(self, process, hours):
        ago(process, hours * 3_600)
        assert process.flush()
        gaps = [part for each in ReportedHour.objects.all() for part in each.gaps]
        assert sum((part.upper - part.lower).total_seconds() for part in gaps) == pytest.approx(hours * 3_600, abs=60)
        assert covered_seconds() == 0
        assert all(each.hour <= part.lower and part.upper <= each.hour + timedelta(hours=1)
                   for each in ReportedHour.objects.all() for part in each.gaps)  # fmt: skip

    def test_do_not_believe_a_clock_that_was_set(self, process):
        """The database's clock went forward by an hour: nobody lived in it."""
        assert process.flush()
        process._beat = writing.Beat(at=process._beat.at - timedelta(hours=1), ns=process._beat.ns)
        assert process.flush()
        assert covered_seconds() < 60

    def test_are_of_the_process(self, process):
        assert process.flush()
        row = Reporter.objects.get()
        assert row.pid == os.getpid()

    def test_are_over_when_the_process_ends(self, process):
        count(process)
        assert process.flush()
        count(process)
        reporter.leave()
        assert (Reporter.objects.count(), kept()) == (0, {("shop.refused", "shop"): 2})

    def test_of_a_process_without_any_touch_no_database(self, process, monkeypatch):
        refuse(monkeypatch)
        reporter.leave()
        assert Reporter.objects.count() == 0

    def test_stay_where_the_last_ones_cannot_be_written(self, process):
        """So somebody sees that the process may have known more."""
        assert process.flush()
        count(process)
        with pytest.MonkeyPatch.context() as patch:
            refuse(patch)
            reporter.leave()
        assert Reporter.objects.count() == 1


@pytest.fixture
def background(process, settings, monkeypatch):
    settings.HARNESS = settings.HARNESS | {"BACKGROUND": True}
    monkeypatch.setattr(thread, "PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(thread, "TICK_SECONDS", 0.05)
    monkeypatch.setattr(endings, "before_the_end", lambda _: None)
    yield process
    process._over.set()
    if process._thread is not None:
        process._thread.join(30)


class TestThread:
    def test_writes_what_others_count(self, background):
        reporter.begin()
        count(background)
        reporter.wake()
        until(kept)
        assert kept() == {("shop.refused", "shop"): 1}

    def test_beats_without_any_error(self, background, monkeypatch):
        monkeypatch.setattr(thread, "BEAT_SECONDS", 0.0)
        reporter.begin()
        until(Reporter.objects.exists)

    @pytest.mark.parametrize(("day_seconds", "seconds", "due"), [(1, 0.5, False), (1, 1.5, True), (60, 1.5, False)])
    def test_beats_once_a_day_where_days_are_short(self, process, settings, monkeypatch, day_seconds, seconds, due):
        settings.HARNESS = settings.HARNESS | {"DAY_SECONDS": day_seconds}
        monkeypatch.setattr(thread, "boot_ns", lambda: process._beat.ns + int(seconds * 1_000_000_000))
        assert process._is_due() is due

    def test_goes_on_after_a_failure(self, background):
        with pytest.MonkeyPatch.context() as patch:
            refuse(patch)
            reporter.begin()
            count(background)
            reporter.wake()
            until(lambda: background._failing)
        reporter.wake()
        until(kept)

    def test_is_no_doing_of_the_side_that_logs_first(self, background):
        guard = Guard()
        token = active.set(guard)
        try:
            keep_errors(None, "error", {"event": "x"})
        finally:
            active.reset(token)
        assert (background._thread.is_alive(), guard.entered, guard.blocked) == (True, (), None)
        until(kept)

    def test_is_not_begun_twice(self, background):
        reporter.begin()
        first = background._thread
        reporter.begin()
        assert background._thread is first

    def test_of_a_forked_child_is_its_own(self, background):
        reporter.begin()
        if (pid := os.fork()) == 0:
            os._exit(0 if reporter._reporter is not background and reporter._reporter._thread is None else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


class TestService:
    """What becomes an error of the log where the service is at work."""

    @pytest.fixture(autouse=True)
    def _counting(self, process):
        self.process = process

    def names(self):
        assert self.process.flush()
        return {logger for _, logger in kept()}

    @override_settings(ROOT_URLCONF="tests.integration.errors.failing_urls")
    def test_keeps_a_request_that_failed(self):
        answer = Client(raise_request_exception=False).get("/fails/sk-proj-0123456789/")
        assert (answer.status_code, self.names()) == (500, {"django.request"})
        row = KeptError.objects.get()
        assert "sk-proj" not in f"{row.event}{row.sample}"
        assert row.sample.startswith("ValueError in tests.integration.errors.failing_urls.fails, line ")

    def test_keeps_a_task_that_failed(self):
        from igny8_core.celery import app

        @app.task(name="tests.fails")
        def fails(text):
            raise ValueError(text)

        heard = []
        task_failure.connect(lambda **signal: heard.append(signal), weak=False, dispatch_uid="tests.fails")
        try:
            from celery.app.trace import build_tracer

            tracer = build_tracer("tests.fails", fails, app=app, propagate=False)
            tracer("0" * 32, ("sk-proj-0123456789",), {}, None)
        finally:
            task_failure.disconnect(dispatch_uid="tests.fails")
            app.tasks.pop("tests.fails")
        assert (len(heard), self.names()) == (1, {"celery.app.trace"})
        row = KeptError.objects.get()
        assert "sk-proj" not in f"{row.event}{row.sample}"
