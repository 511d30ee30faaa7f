"""A right answer that comes too late is a timeout."""

import pytest

from migration_harness.comparing.budget import judge_time
from migration_harness.comparing.comparator import Judgement, Verdict

BUDGET_NS = 5_000_000
LATE_NS = 7_300_000


class TestJudgeTime:
    @pytest.mark.parametrize("verdict", Verdict)
    def test_leaves_what_was_in_time(self, verdict):
        judgement = Judgement(verdict=verdict)
        assert judge_time(judgement, candidate_ns=BUDGET_NS, budget_ns=BUDGET_NS) is judgement

    @pytest.mark.parametrize("verdict", [Verdict.MATCH, Verdict.INTENDED])
    def test_says_what_a_late_answer_took(self, verdict):
        judged = judge_time(Judgement(verdict=verdict), candidate_ns=LATE_NS, budget_ns=BUDGET_NS)
        assert judged.verdict is Verdict.TIMEOUT
        assert judged.explanation == "the candidate took 7.3 ms; its budget is 5.0 ms"
        assert [(each.path, each.candidate) for each in judged.differences] == [("duration", "7.3 ms")]

    @pytest.mark.parametrize("verdict", [v for v in Verdict if v not in (Verdict.MATCH, Verdict.INTENDED)])
    def test_leaves_what_is_worse_than_late(self, verdict):
        judgement = Judgement(verdict=verdict)
        assert judge_time(judgement, candidate_ns=LATE_NS, budget_ns=BUDGET_NS) is judgement
