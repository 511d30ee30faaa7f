"""The lines of each file, those that answered and the others, and the gate that names them."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from dashboards.api.criteria_answers import LegacyUseAnswer
from migration_harness.models import MarkedRevision
from migration_harness.plan import GateName, plan
from migration_harness.queries import legacy_use
from migration_harness.rollout.gates.asking import ask_one

from .parts import FILE, a_line, an_execution, covered, declared, followed, marked


@pytest.fixture
def week(tree):
    """Eight days in which every process saw lines, and told all."""
    now, start = timezone.now(), timezone.now() - timedelta(days=8)
    covered(start, now)
    marked(start, now)
    MarkedRevision.objects.update(lines_from=start)
    followed(start)
    declared(now + timedelta(days=8))


def files(harness):
    return json.loads(harness("legacy", "executed", "--json")[1])["files"]


class TestShown:
    def test_are_lines_executed_and_lines_never(self, week, harness):
        a_line(2)
        a_line(4)
        (found,) = files(harness)
        assert (found["file"], found["precision"], found["executed"], found["others"], found["life"]) == (
            FILE, "by line", [2, 4], [3], "not executed",
        )  # fmt: skip

    def test_is_evidence_lost_where_a_process_saw_entries_alone(self, week, harness):
        MarkedRevision.objects.update(entries_at=timezone.now())
        a_line(2)
        (found,) = files(harness)
        assert (found["precision"], found["executed"], found["life"]) == ("by entry", [2], "evidence lost")

    def test_is_evidence_lost_where_a_day_is_missing(self, tree, harness):
        now, start = timezone.now(), timezone.now() - timedelta(days=8)
        covered(now - timedelta(days=2), now)
        marked(start, now)
        MarkedRevision.objects.update(lines_from=start)
        assert [(each["precision"], each["life"]) for each in files(harness)] == [("by line", "evidence lost")]

    def test_are_lines_that_may_have_run_again_in_the_days(self, week, harness):
        a_line(2, at=timezone.now() - timedelta(days=7, hours=12))
        a_line(4, at=timezone.now() - timedelta(days=9))
        assert files(harness)[0]["executed"] == [2]

    def test_is_no_file_without_a_line_that_counts(self, week, tree, harness):
        tree.with_name("__init__.py").write_text('"""Prices."""\n')
        assert [each["file"] for each in files(harness)] == [FILE]

    def test_is_also_a_file_that_is_gone(self, week, tree, harness):
        a_line(2)
        tree.unlink()
        (found,) = files(harness)
        assert (found["executed"], found["elsewhere"], found["life"]) == ([], 1, "evidence lost")

    def test_is_also_a_file_that_is_no_python(self, week, tree, harness):
        tree.write_text("def (")
        a_line(2)
        assert [(each["others"], each["elsewhere"]) for each in files(harness)] == [([], 1)]

    def test_is_told_over_rest(self, week, harness):
        a_line(2)
        answer = LegacyUseAnswer(legacy_use(now=timezone.now(), by_line=True)).data["files"]
        assert json.loads(json.dumps(answer))[0].keys() == files(harness)[0].keys()

    def test_is_said_to_people(self, week, harness):
        a_line(2)
        code, out, _ = harness("legacy", "executed")
        assert (code, [word in out for word in (FILE, "by line", "3-4", "not executed")]) == (0, [True] * 4)


class TestGate:
    def answer(self):
        return ask_one(plan().phase(7), GateName.LEGACY_UNUSED).answer

    def test_is_open_by_entry_and_names_lines(self, week):
        a_line(2)
        found = self.answer()
        assert (found.answer.value, found.sentence.endswith(f"to a day exact: {FILE} 2.")) == ("open", True)

    def test_is_closed_by_entry_and_names_lines(self, week):
        an_execution(timezone.now())
        a_line(2)
        found = self.answer()
        assert (found.answer.value, found.sentence.endswith(f"{FILE} 2.")) == ("closed", True)

    def test_names_none_where_there_are_none(self, week):
        assert "Lines" not in self.answer().sentence
