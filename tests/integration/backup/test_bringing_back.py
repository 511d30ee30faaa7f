"""A restore brings the stage back: flags that were retired since, phases that were closed, and names what to deploy."""

import json

import pytest
from django.db import connection
from django.utils import timezone

from migration_harness.control.creation import create_flag
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.stages import Stage
from migration_harness.models import AuditEvent, Flag, PhaseAdvance
from migration_harness.plan import PlannedFlag

from .dropping import TARIFFS, drop, one_line, rows

OLD = "old-prices"


@pytest.fixture
def old(keyed):
    """A flag at its end, of which neither the plan nor a seam knows any more."""
    create_flag(planned=PlannedFlag(name=OLD, owner="ada", note="Prices."), baseline=Stage.SHADOW, actor="seed")
    change_flag(name=OLD, change=FlagChange(everyone=True, stage=Stage.LIVE), actor="ada")


@pytest.fixture
def ended(old, harness, file):
    """Backed up with phase 1 closed; then the deletion, phases 2 and 3 closed, and the flag complete and retired."""
    closed(1)
    assert harness("legacy", "backup", str(file))[0] == 0
    drop()
    closed(2)
    closed(3)
    change_flag(name=OLD, change=FlagChange(stage=Stage.COMPLETE, baseline=Stage.OFF), actor="ada")
    change_flag(name=OLD, change=FlagChange(retired=True), actor="ada", reason="its seam is gone")
    return file


def closed(number):
    PhaseAdvance.objects.create(phase=number, at=timezone.now(), actor="ada", reason="", gates={}, refused=[])


def open_phases():
    return sorted(PhaseAdvance.objects.filter(undone_at__isnull=False).values_list("phase", flat=True))


def restore(harness, file, *more):
    code, out, err = harness("legacy", "restore", str(file), "--yes", "--reason", "prices are wrong", *more)
    return code, out, err


class TestFlag:
    def test_that_was_retired_is_on_the_lists_at_its_stage_with_nobody_in_its_cohort(self, ended, harness):
        code, out, _ = restore(harness, ended, "--json")
        flag, told = Flag.objects.get(name=OLD), json.loads(out)["flags"]
        assert (code, flag.retired, flag.everyone, flag.stage, flag.baseline) == (0, False, False, "live", "shadow")
        assert (told["unretired"], told["staged"], told["refused"]) == ([OLD], [OLD], {})
        assert OLD in told["to_baseline"]

    def test_is_on_the_trail_with_the_reason(self, ended, harness):
        restore(harness, ended)
        reasons = AuditEvent.objects.filter(subject=OLD).order_by("-id").values_list("reason", flat=True)[:3]
        assert list(reasons) == ["prices are wrong"] * 3

    def test_that_was_retired_is_named_before(self, ended, harness):
        _, out, _ = harness("legacy", "restore", str(ended), "--json")
        assert OLD in json.loads(out)["flags"]["would_go"]
        assert Flag.objects.get(name=OLD).retired

    def test_that_was_retired_before_the_backup_stays_so(self, old, harness, file):
        change_flag(name=OLD, change=FlagChange(retired=True), actor="ada", reason="its seam is gone")
        harness("legacy", "backup", str(file))
        drop()
        restore(harness, file)
        assert Flag.objects.get(name=OLD).retired

    def test_is_left_alone_the_second_time(self, ended, harness):
        restore(harness, ended)
        events = AuditEvent.objects.count()
        code, out, _ = restore(harness, ended, "--json")
        told = json.loads(out)
        assert (code, told["was_whole"], told["flags"]["unretired"], told["reopened"]) == (0, True, [], [])
        assert AuditEvent.objects.count() == events


class TestPhase:
    def test_that_was_closed_since_is_open_again_the_last_first(self, ended, harness):
        code, out, _ = restore(harness, ended, "--json")
        assert (code, json.loads(out)["reopened"], open_phases()) == (0, [3, 2], [2, 3])
        told = AuditEvent.objects.filter(action="reopen phase").order_by("id").values_list("subject", "reason")
        assert list(told) == [("phase 3", "prices are wrong"), ("phase 2", "prices are wrong")]

    def test_that_was_closed_before_is_opened_where_that_is_said(self, ended, harness):
        assert json.loads(restore(harness, ended, "--reopen-from", "1", "--json")[1])["reopened"] == [3, 2, 1]

    def test_stays_closed_in_a_look(self, ended, harness):
        harness("legacy", "restore", str(ended))
        assert open_phases() == []

    def test_that_the_plan_does_not_know_any_more_is_named(self, ended, harness):
        closed(99)
        code, out, _ = restore(harness, ended, "--json")
        told = json.loads(out)
        assert (code, told["reopened"], "The plan has no phase 99" in told["not_reopened"]["99"]) == (1, [], True)


class TestCode:
    def test_to_deploy_is_named_with_its_schema_migrations(self, ended, harness):
        out = one_line(restore(harness, ended)[1])
        assert "The legacy code itself is in no backup. Deploy the code that it belongs to" in out
        assert "It has the schema migrations billing." in out


class TestWeeksLater:
    def test_what_was_written_meanwhile_is_told_and_stays(self, keyed, harness, file):
        """Weeks of new writes: rows are changed, new and gone before anybody asks for the backup."""
        harness("legacy", "backup", str(file))
        with_writes = [
            f"UPDATE {TARIFFS} SET min_credits = min_credits + 1 WHERE id IN (SELECT id FROM {TARIFFS} LIMIT 2)",
            f"DELETE FROM {TARIFFS} WHERE id = (SELECT max(id) FROM {TARIFFS})",
        ]
        with connection.cursor() as cursor:
            for statement in with_writes:
                cursor.execute(statement)
        before = rows(TARIFFS)
        code, out, _ = restore(harness, file, "--json")
        told = json.loads(out)
        (tariffs,) = [each for each in told["parts"] if each["part"] == TARIFFS]
        assert (code, tariffs["changed"], tariffs["gone"], tariffs["new"]) == (1, 2, 1, 0)
        assert [row for row in rows(TARIFFS) if row in before] == before
        assert any("2 rows changed since, and kept as now" in each for each in told["not_as_it_was"])
