"""A fault of the harness, whatever part of a seam it is in."""

from types import SimpleNamespace

import pytest
import structlog
from celery.exceptions import SoftTimeLimitExceeded

from migration_harness import faults
from migration_harness.comparing.explanations import Rule
from migration_harness.deciding import source
from migration_harness.deciding.stages import Stage
from migration_harness.log import announcing, recorder
from migration_harness.models import Comparison
from migration_harness.testing import fixed_flags, flag_at, flag_state

from .trial import Trial, break_it, verdicts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_seams")]


class TestFault:
    """A fault of the harness never reaches the caller."""

    @pytest.mark.parametrize("stage", [Stage.SHADOW, Stage.LIVE])
    @pytest.mark.parametrize("part", ["group_by", "account_plan", "clean"])
    def test_of_a_seams_function_leaves_the_answer_alone(self, part, stage):
        trial = Trial(**{part: break_it})
        with fixed_flags(flag_at("f", stage)), structlog.testing.capture_logs() as events:
            assert trial.call() == ("old" if stage is Stage.SHADOW else "new")
        faults_of = [(e["where"], e["error"]) for e in events if e["event"] == "harness.fault"]
        assert faults_of == [(part, "Broken")]
        assert verdicts() == ["mismatch"]

    @pytest.mark.parametrize(
        ("flag", "answer"),
        [
            (flag_at("f", Stage.LIVE), "new"),
            (flag_state("f", baseline=Stage.SHADOW, included=frozenset({"1"})), "old"),
            (flag_state("f", baseline=Stage.SHADOW, share_bps=10_000), "old"),
        ],
        ids=["live for everyone", "live for some", "live for a share of everybody"],
    )
    def test_of_the_subject_leaves_what_holds_for_everyone(self, flag, answer):
        with fixed_flags(flag), structlog.testing.capture_logs() as events:
            assert Trial(subject=break_it).call() == answer
        assert [e["where"] for e in events if e["event"] == "harness.fault"] == ["subject"]
        assert [(c.verdict, c.account_id) for c in Comparison.objects.all()] == [("mismatch", "")]

    def test_of_an_explanation_explains_nothing(self):
        from datetime import date

        rule = Rule(name="r", reason="", owner="", expires=date(9999, 1, 1), covers=break_it)
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            assert Trial(explain=[rule]).call() == "old"
        assert verdicts() == ["mismatch"]

    def test_of_the_recorder_leaves_the_answer_alone(self, monkeypatch):
        monkeypatch.setattr(recorder.buffer, "add", break_it)
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            assert Trial().call() == "old"

    def test_of_the_flags_gives_the_control(self, monkeypatch):
        monkeypatch.setattr(source, "_source", SimpleNamespace(newest=break_it, stop=lambda: None))
        with structlog.testing.capture_logs() as events:
            assert Trial().call() == "old"
        assert [e["where"] for e in events if e["event"] == "harness.fault"] == ["decision"]

    def test_of_the_log_leaves_the_answer_alone(self, monkeypatch):
        monkeypatch.setattr(faults.log, "error", break_it, raising=False)
        monkeypatch.setattr(announcing.log, "warning", break_it, raising=False)
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            assert Trial(group_by=break_it).call() == "old"
            assert Trial().call() == "old"

    def test_does_not_swallow_what_concerns_the_whole_process(self):
        for error in (SoftTimeLimitExceeded(), KeyboardInterrupt()):
            trial = Trial(candidate=error)
            with fixed_flags(flag_at("f", Stage.SHADOW)), pytest.raises(type(error)):
                trial.call()
