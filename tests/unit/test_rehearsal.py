"""The rehearsal's own parts: what it compares, and what it tells."""

import pytest

from rehearsal.acts import Person
from rehearsal.aftermath import differences
from rehearsal.failed import Failed
from rehearsal.report import write_report
from rehearsal.story import Story

pytestmark = pytest.mark.legacy


class TestDifferences:
    def test_are_none_where_two_runs_have_left_the_same(self):
        left = {"ledger": ["-1 clustering", "-1 clustering"], "asked": []}
        assert differences(left, {name: list(rows) for name, rows in left.items()}) == []

    def test_name_each_row_that_is_gone_or_new(self):
        before = {"ledger": ["-1 clustering", "-1 clustering", "-5 image"], "asked": ["a"]}
        after = {"ledger": ["-1 clustering", "-6 image", "-5 image"], "asked": ["a"]}
        assert differences(before, after) == ["ledger: 1 gone, 1 new", "  gone: -1 clustering", "  new: -6 image"]

    def test_name_a_table_that_one_run_alone_has(self):
        assert differences({"ledger": ["a"]}, {"saved": ["b"]}) == [
            "ledger: 1 gone, 0 new", "  gone: a", "saved: 0 gone, 1 new", "  new: b",
        ]  # fmt: skip


class Prompt:
    """A prompt at which a phase is entered once no gate is shut, or past the shut ones in person."""

    def __init__(self, *shut):
        self.shut, self.said = list(shut), []

    def asked(self, *words):
        if words[0] == "gates":
            open_or_not = [
                {"way": "entering", "gate": name, "answer": "closed", "sentence": name} for name in self.shut
            ]
            return {"gates": open_or_not}
        self.said.append(words)
        return {"error": {"message": "refused"}} if self.shut else {}

    def harness(self, *words):
        if "error" in self.asked(*words):
            raise Failed("refused")

    def in_person(self, *words):
        self.said.append(words)


class TestGoingForward:
    WORDS = ("flag", "new-prices", "--everyone", "yes")

    def go(self, prompt, drive=lambda: None):
        story = Story()
        Person(prompt, story).goes_forward(4, *self.WORDS, drive=drive)
        return story.left_out

    def test_asks_no_gate_where_nothing_is_refused(self):
        prompt = Prompt()
        assert self.go(prompt) == []
        assert prompt.said == [self.WORDS]

    def test_has_more_calls_timed_where_the_latency_alone_is_not_good_enough(self):
        prompt = Prompt("latency")
        assert self.go(prompt, drive=prompt.shut.clear) == []
        assert prompt.said == [self.WORDS, self.WORDS]

    def test_passes_the_latency_by_on_a_busy_machine_and_says_so(self):
        prompt = Prompt("latency")
        assert self.go(prompt) == ["the gate latency of phase 4, on a machine that is busy: latency"]
        assert prompt.said == [self.WORDS, (*self.WORDS, "--override")]

    def test_stops_where_another_gate_is_shut(self):
        with pytest.raises(Failed, match="refused"):
            self.go(Prompt("latency", "bound"))


class TestComparisons:
    def test_are_told_of_each_phase_that_has_a_seam(self):
        prompt, story = Prompt(), Story()
        prompt.harness = lambda _: {
            "phases": [{"number": 1, "flags": []}, {"number": 4, "flags": ["a", "b"]}, {"number": 5, "flags": ["c"]}],
            "seams": {
                "x": {"flag": "a", "comparisons": 1_000}, "y": {"flag": "a", "comparisons": 1},
                "z": {"flag": "b", "comparisons": 2},
            },
        }  # fmt: skip
        Person(prompt, story).count_comparisons()
        assert {phase: told["comparisons"] for phase, told in story.figures.items()} == {
            1: "no seam", 4: "1,003", 5: "no seam",
        }  # fmt: skip


class TestReport:
    @pytest.fixture
    def story(self):
        story = Story()
        with story.step(4, "Rolled <back>") as step:
            step.found.append("2 processes & more")
        story.figures[4]["rollback"] = "12 ms"
        return story

    def test_tells_the_steps_with_what_they_have_shown(self, story, tmp_path):
        page = write_report(story, tmp_path / "rehearsal.html").read_text()
        assert "Every step ended as it must" in page
        assert "Rolled &lt;back&gt; (0 s)" in page
        assert "2 processes &amp; more" in page
        assert "<th>4</th><td>–</td><td>–</td><td>–</td><td>12 ms</td><td>–</td>" in page

    def test_says_why_it_stopped(self, story, tmp_path):
        story.failed = "gate <tests> stays shut"
        page = write_report(story, tmp_path / "rehearsal.html").read_text()
        assert "gate &lt;tests&gt; stays shut" in page
        assert "Every step" not in page

    def test_says_that_there_are_no_pictures(self, story, tmp_path):
        assert "Chromium is not installed" in write_report(story, tmp_path / "rehearsal.html").read_text()

    def test_has_the_pictures_that_were_taken(self, story, tmp_path):
        story.steps[0].pictures.append(b"picture")
        page = write_report(story, tmp_path / "rehearsal.html").read_text()
        assert "data:image/jpeg;base64,cGljdHVyZQ==" in page
        assert "Chromium is not installed" not in page

    def test_says_what_was_left_out(self, story, tmp_path):
        story.left_out.append("the longest part")
        assert "Left out: the longest part" in write_report(story, tmp_path / "rehearsal.html").read_text()
