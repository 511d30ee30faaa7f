"""Runs of the tests: recorded with their revision, and what the gate makes of them."""

import json
import subprocess
import sys

import pytest

from migration_harness.authority.actors import of_machine
from migration_harness.evidence.findings import Answer
from migration_harness.exceptions import HarnessMisconfigured, ReportRefused
from migration_harness.models import AuditEvent, TestRun
from migration_harness.plan import plan
from migration_harness.rollout import verifying
from migration_harness.rollout.gates.asking import ask
from migration_harness.rollout.gates.gate import Way
from migration_harness.rollout.revision import Revision, revision_of_tree

from .conftest import green

pytestmark = pytest.mark.django_db
SUITE = """
import pathlib, sys
print("one \\x1b[31mline\\x1b[0m")
pathlib.Path(sys.argv[1], "r.xml").write_text('<testsuite>{cases}</testsuite>')
sys.exit({code})
"""
PASSED, FAILED = '<testcase name="a"/>', '<testcase name="b"><failure/></testcase>'


@pytest.fixture
def suite(settings, monkeypatch):
    def is_(*cases, code=0, now=("r1", False)):
        words = [sys.executable, "-c", SUITE.format(cases="".join(cases), code=code), "{junit}"]
        settings.HARNESS = settings.HARNESS | {"SUITE": words}
        monkeypatch.setattr(verifying, "running_revision", lambda: Revision(name=now[0], dirty=now[1]))

    return is_


def gate(phase=3, way=Way.LEAVING):
    (found,) = (each for each in ask(plan().phase(phase), way) if each.name == "tests")
    return found.answer


class TestRunOfTheSuite:
    def test_is_streamed_and_recorded_with_its_revision(self, suite, harness):
        suite(PASSED, PASSED)
        code, out, err = harness("verify", "3", "--json")
        assert (code, json.loads(out)["tests"], json.loads(out)["green"]) == (0, 2, True)
        assert "one \\x1b[31mline\\x1b[0m" in err
        row = TestRun.objects.get()
        assert (row.phase, row.revision, row.tests, row.failed, row.exit_code) == (3, "r1", 2, 0, 0)
        event = AuditEvent.objects.latest("id")
        assert (event.action, event.subject, event.after["tests"]) == ("record tests", "phase 3", 2)

    @pytest.mark.parametrize(
        ("cases", "code"), [((PASSED, FAILED), 1), ((), 0), ((PASSED,), 7)],
        ids=["a failure", "no test", "an exit code"],
    )  # fmt: skip
    def test_fails_the_command_unless_tests_ran_and_passed(self, suite, harness, cases, code):
        suite(*cases, code=code)
        assert harness("verify", "3")[0] == 1
        assert TestRun.objects.count() == 1

    def test_of_a_tree_that_changes_meanwhile_is_dirty(self, suite, monkeypatch, harness):
        suite(PASSED)
        answers = iter([Revision(name="r1"), Revision(name="r1", dirty=True)])
        monkeypatch.setattr(verifying, "running_revision", lambda: next(answers))
        harness("verify", "3")
        assert TestRun.objects.get().dirty

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (None, "--junit FILE --revision R"),
            (["true"], "leaves no report"),
            (["no-such", "{junit}"], "cannot be run"),
        ],
        ids=["none", "no report", "no program"],
    )
    def test_needs_a_command_that_leaves_a_report(self, settings, words, told):
        settings.HARNESS = settings.HARNESS | {"SUITE": words}
        with pytest.raises(HarnessMisconfigured, match=told):
            verifying.verify(phase=plan().phase(3), actor=of_machine(), on_line=print)


class TestReportFromElsewhere:
    def take(self, tmp_path, text=f"<testsuite>{PASSED}</testsuite>", revision=""):
        (tmp_path / "r.xml").write_text(text)
        return verifying.take_report(
            phase=plan().phase(3), path=tmp_path / "r.xml", revision=revision, actor=of_machine()
        )  # fmt: skip

    def test_is_recorded_for_the_revision_that_is_named(self, tmp_path):
        row = self.take(tmp_path, revision="r2")
        assert (row.revision, row.tests, row.exit_code) == ("r2", 1, None)

    def test_may_say_itself_for_which(self, tmp_path):
        text = f'<testsuite><properties><property name="revision" value="r3"/></properties>{PASSED}</testsuite>'
        assert self.take(tmp_path, text).revision == "r3"
        with pytest.raises(ReportRefused, match="The report says r3, and you say r4"):
            self.take(tmp_path, text, revision="r4")

    def test_of_no_revision_is_refused(self, tmp_path):
        with pytest.raises(ReportRefused, match="add --revision R"):
            self.take(tmp_path)
        assert not TestRun.objects.exists()


class TestGate:
    def test_is_open_for_a_green_run_on_what_runs_here(self, revision_here):
        green(3)
        assert gate().answer is Answer.OPEN

    @pytest.mark.parametrize(
        ("run", "answer", "told"),
        [
            (None, Answer.UNKNOWN, "No run of the tests is recorded after phase 3"),
            ({"failed": 1}, Answer.CLOSED, "1 of 12,000 tests"),
            ({"exit_code": 2}, Answer.CLOSED, "exit code 2"),
            ({"tests": 0}, Answer.UNKNOWN, "no test in it"),
            ({"dirty": True}, Answer.UNKNOWN, "changes that its revision does not have"),
            ({"revision": "another"}, Answer.UNKNOWN, "the newest run was another"),
        ],
        ids=["none", "a failure", "an exit code", "no test", "a dirty tree", "another revision"],
    )
    def test_is_not_open_otherwise(self, revision_here, run, answer, told):
        if run is not None:
            green(3, **run)
        found = gate()
        assert found.answer is answer
        assert told in found.sentence
        assert found.remedy == "python manage.py harness verify 3"

    def test_goes_by_the_newest_run(self, revision_here):
        green(3)
        green(3, failed=1)
        assert gate().answer is Answer.CLOSED
        green(3)
        assert gate().answer is Answer.OPEN

    def test_of_entering_takes_the_run_after_the_phase_before(self, revision_here):
        green(3)
        assert gate(4, Way.ENTERING).answer is Answer.OPEN
        assert gate(4, Way.LEAVING).answer is Answer.UNKNOWN
        assert gate(5, Way.ENTERING).answer is Answer.UNKNOWN

    @pytest.mark.parametrize(
        ("now", "told"),
        [
            (Revision(name=""), "Nobody can say which revision"),
            (Revision(name="f00d" * 10, dirty=True), "The tree has"),
        ],
        ids=["unknown", "dirty"],
    )
    def test_is_unknown_where_nobody_knows_what_runs_here(self, monkeypatch, now, told):
        from migration_harness.rollout.gates import facts

        monkeypatch.setattr(facts, "running_revision", lambda: now)
        green(3)
        assert told in gate().sentence
        assert gate().answer is Answer.UNKNOWN


class TestRevisionOfATree:
    def git(self, folder, *words):
        subprocess.run(
            ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True,
            capture_output=True,
        )  # fmt: skip

    def test_is_its_commit_and_whether_it_has_changes(self, tmp_path):
        self.git(tmp_path, "init", "-q")
        (tmp_path / "a").write_text("1")
        self.git(tmp_path, "add", "a")
        self.git(tmp_path, "commit", "-qm", "a")
        clean = revision_of_tree(tmp_path)
        assert (len(clean.name), clean.dirty) == (40, False)
        (tmp_path / "b").write_text("new")
        assert revision_of_tree(tmp_path) == Revision(name=clean.name, dirty=True)

    def test_is_unknown_without_git_and_says_what_to_set(self, tmp_path):
        found = revision_of_tree(tmp_path / "nowhere")
        assert (found.name, found.dirty) == ("", False)
        assert 'HARNESS["REVISION"]' in found.remedy
