"""What a seam does for its caller, and what it records."""

import pytest
import structlog

from migration_harness.deciding import unit_of_work
from migration_harness.deciding.stages import TABLE, Side, Stage
from migration_harness.log import recorder
from migration_harness.models import Comparison, ComparisonSample
from migration_harness.seams.fixed import decided_by
from migration_harness.testing import fixed_flags, flag_at, flag_state

from .trial import Declared, Trial, verdicts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_seams")]


class TestReadStages:
    """For each stage: who ran, who answered, what was compared; on success and on either side's error."""

    @pytest.mark.parametrize("stage", Stage)
    @pytest.mark.parametrize(
        ("control", "candidate", "verdict"),
        [
            ("same", "same", "match"),
            ("old", "new", "mismatch"),
            (Declared("control"), "new", "mismatch"),
            ("old", Declared("candidate"), "candidate_error"),
            (Declared("same"), Declared("same"), "both_error"),
            (Declared("control"), Declared("candidate"), "mismatch"),
        ],
        ids=["same", "different", "control raises", "candidate raises", "both raise", "both raise for another reason"],
    )
    def test_run_answer_and_compare_as_the_table_says(self, stage, control, candidate, verdict):
        trial = Trial(control=control, candidate=candidate)
        rule = TABLE[stage]
        with fixed_flags(flag_at("f", stage)):
            answer = trial.call()
        assert trial.ran == list(rule.reads)
        assert answer is (candidate if rule.answers is Side.CANDIDATE else control)
        assert verdicts() == ([verdict] if rule.compared else [])

    def test_give_each_account_its_own_stage(self):
        trial = Trial()
        with fixed_flags(flag_state("f", baseline=Stage.SHADOW, included=frozenset({"1"}))):
            assert [trial.call("1"), trial.call("2")] == ["new", "old"]

    def test_run_pure_sides_in_either_order(self):
        trial = Trial(pure=True)
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            answers = {trial.call() for _ in range(60)}
        assert answers == {"old"}
        assert {tuple(trial.ran[i : i + 2]) for i in range(0, 120, 2)} == {
            (Side.CONTROL, Side.CANDIDATE),
            (Side.CANDIDATE, Side.CONTROL),
        }

    def test_compare_only_the_share_of_calls_that_is_wanted(self):
        trial = Trial(control="same", candidate="same")
        with fixed_flags(flag_state("f", baseline=Stage.SHADOW, compared_bps=2_500)):
            for _ in range(400):
                trial.call()
        assert 40 < len(verdicts()) < 170

    def test_answer_alone_inside_the_side_that_is_compared(self):
        inner = Trial(control="inner", candidate="inner")
        outer = Trial(control="inner", candidate=lambda account: inner.call(account))
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            outer.call()
        assert inner.ran == [Side.CONTROL]
        assert verdicts() == ["match"]


class TestRecord:
    def test_holds_who_how_and_how_much(self):
        trial = Trial(
            control=19,
            candidate=3,
            group_by=lambda *, account: ("clustering", "gpt-5.1"),
            account_plan=lambda *, account: "4",
            measure="credits",
        )
        with (
            fixed_flags(flag_state("f", baseline=Stage.SHADOW, epoch=7)),
            unit_of_work.unit_of_work(execution_path=unit_of_work.ExecutionPath.REPLAY, request_id="r", run="first"),
        ):
            trial.call("12")
        row = Comparison.objects.get()
        assert (row.seam, row.stage, row.flag_epoch, row.account_id, row.account_plan) == (
            "trial",
            "shadow",
            7,
            "12",
            "4",
        )
        assert (row.execution_path, row.request_id, row.run) == ("replay", "r", "first")
        assert (row.group, row.control_measure, row.candidate_measure) == (["clustering", "gpt-5.1"], 19, 3)
        assert row.control_ns > 0
        assert row.candidate_ns > 0

    def test_keeps_a_sample_with_both_values_of_what_differs(self):
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            Trial(control={"credits": 19}, candidate={"credits": 3}).call()
        payload = ComparisonSample.objects.get().payload
        assert payload["differences"] == [{"path": "result.credits", "kind": "value", "control": 19, "candidate": 3}]
        assert payload["call"] == {"account": "1"}

    def test_keeps_a_capped_number_of_samples(self):
        trial = Trial()
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            for _ in range(recorder.SAMPLES_UNEXPLAINED + 5):
                trial.call()
        assert ComparisonSample.objects.count() == recorder.SAMPLES_UNEXPLAINED
        assert Comparison.objects.count() == recorder.SAMPLES_UNEXPLAINED + 5

    def test_is_an_event_where_the_sides_differ(self):
        with structlog.testing.capture_logs() as events, fixed_flags(flag_at("f", Stage.SHADOW)):
            Trial().call("12")
        event = next(e for e in events if e["event"] == "harness.mismatch")
        assert (event["seam"], event["account_id"], event["paths"]) == ("trial", "12", ["result"])
        assert event["signature"] == Comparison.objects.get().signature


class TestUnitOfWork:
    def run(self, before, after):
        """Decide under one snapshot, then under another, in one unit of work."""
        trial = Trial()
        with unit_of_work.unit_of_work(execution_path=unit_of_work.ExecutionPath.DIRECT):
            with decided_by([before], epoch=1):
                first = trial.call()
            with decided_by([after], epoch=2):
                return first, trial.call()

    def test_is_not_reached_by_a_forward_flip(self):
        assert self.run(flag_at("f", Stage.SHADOW), flag_at("f", Stage.LIVE)) == ("old", "old")

    def test_is_reached_by_a_rollback_at_its_next_decision(self):
        rolled_back = flag_state("f", everyone=False, baseline=Stage.SHADOW)
        assert self.run(flag_at("f", Stage.LIVE), rolled_back) == ("new", "old")
