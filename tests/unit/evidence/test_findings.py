"""What the comparisons of an evidence window say to a gate."""

import pytest

from migration_harness.comparing.comparator import Verdict
from migration_harness.evidence.findings import ENOUGH, Answer, Finding, Tally, of_bound, of_stratum, together

OPEN, CLOSED, UNKNOWN = Answer


def finding(answer, sentence="Something."):
    return Finding(answer=answer, sentence=sentence)


class TestTally:
    @pytest.mark.parametrize(
        ("verdict", "counted"),
        [
            (Verdict.MATCH, (1, 0, 0)),
            (Verdict.INTENDED, (1, 0, 0)),
            (Verdict.MISMATCH, (1, 1, 1)),
            (Verdict.CANDIDATE_ERROR, (1, 1, 1)),
            (Verdict.TIMEOUT, (1, 1, 1)),
            (Verdict.BLOCKED, (1, 1, 1)),
            (Verdict.CONTROL_ERROR, (0, 0, 1)),
            (Verdict.BOTH_ERROR, (0, 0, 0)),
        ],
    )
    def test_counts_a_verdict_as_comparison_failure_and_unexplained(self, verdict, counted):
        tally = Tally.of({verdict.value: 1})
        assert (tally.comparisons, tally.failures, tally.unexplained) == counted

    def test_has_no_bound_without_a_comparison_that_counts(self):
        assert Tally.of({"both_error": 1_000, "control_error": 1}).bound is None


class TestBound:
    @pytest.mark.parametrize(
        ("tally", "answer", "sentence"),
        [
            (Tally(), UNKNOWN, "Nothing that counts has been compared in this window."),
            (
                Tally(comparisons=509), OPEN,
                "At most 1 % of the calls differ without an explanation: 0 of 509 comparisons did.",
            ),
            (
                Tally(comparisons=508), CLOSED,
                "Up to 1.01 % of the calls may differ without an explanation: 0 of 508 comparisons did. "
                "1 more without a failure would prove at most 1 %.",
            ),
            (
                Tally(comparisons=1_000, failures=3), CLOSED,
                "Up to 1.35 % of the calls may differ without an explanation: 3 of 1,000 comparisons did. "
                "347 more without a failure would prove at most 1 %.",
            ),
            (
                Tally(comparisons=1, failures=1), CLOSED,
                "Up to 100 % of the calls may differ without an explanation: 1 of 1 comparison did. "
                "877 more without a failure would prove at most 1 %.",
            ),
        ],
        ids=["nothing", "just enough", "one too few", "some failures", "nothing but a failure"],
    )  # fmt: skip
    def test_is(self, tally, answer, sentence):
        assert of_bound(tally) == finding(answer, sentence)


class TestStratum:
    @pytest.mark.parametrize(
        ("tally", "answer", "sentence"),
        [
            (None, UNKNOWN, "Nothing of it was compared."),
            (Tally(), CLOSED, "0 of 200 comparisons so far."),
            (Tally(comparisons=ENOUGH - 1), CLOSED, "199 of 200 comparisons so far."),
            (Tally(comparisons=ENOUGH), OPEN, "200 comparisons, each of them explained or equal."),
            (Tally(comparisons=900, failures=1, unexplained=1), CLOSED, "1 comparison is unexplained."),
            (Tally(comparisons=900, unexplained=2), CLOSED, "2 comparisons are unexplained."),
        ],
        ids=["no data", "none that counts", "one too few", "enough", "one failure", "errors of the control"],
    )
    def test_is(self, tally, answer, sentence):
        assert of_stratum(tally) == finding(answer, sentence)


class TestTogether:
    @pytest.mark.parametrize(
        ("answers", "expected"),
        [
            ([], finding(UNKNOWN, "nothing")),
            ([OPEN, OPEN], finding(OPEN, "every")),
            ([OPEN, UNKNOWN], finding(UNKNOWN, "b: Something.")),
            ([UNKNOWN, CLOSED, OPEN, CLOSED], finding(CLOSED, "b: Something. (1 more closed)")),
        ],
        ids=["none", "all open", "one unknown", "closed before unknown"],
    )
    def test_is_open_where_each_is(self, answers, expected):
        parts = {name: finding(answer) for name, answer in zip("abcd", answers, strict=False)}
        assert together(parts, every="every", nothing="nothing") == expected
