"""What was compared in the evidence window that is now."""

import json
from datetime import timedelta

import pytest

from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from igny8_core.migration_plan import EXPECTED
from migration_harness import queries
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.deciding.stages import Stage
from migration_harness.evidence.findings import Answer
from migration_harness.models import DiscrepancyReview, Flag
from migration_harness.plan import GateName, Phase, plan
from migration_harness.reviewing.reviews import review_discrepancy
from migration_harness.seams import revisions

from ..evidence_rows import NOW, compared

FLAG = "model-based-credits"
pytestmark = pytest.mark.usefixtures("demo")


def phase_4():
    (phase,) = (each for each in queries.evidence_by_phase() if each.number == 4)
    return phase


def text():
    (seam,) = (each for each in phase_4().seams if each.name == "credits.text")
    return seam


def stratum(*, path="manual", operation="clustering"):
    return [each for each in phase_4().strata if (each.execution_path, each.operation) == (path, operation)]


class TestEvidenceOfASeam:
    def test_is_unknown_without_a_comparison(self):
        found = text()
        assert (found.since, found.comparisons, found.bound) == (None, 0, None)
        assert found.finding.answer is Answer.UNKNOWN

    def test_opens_with_enough_comparisons(self):
        compared(508)
        assert text().finding.answer is Answer.CLOSED
        compared(1, verdict="intended")
        found = text()
        assert (found.comparisons, found.failures, found.finding.answer) == (509, 0, Answer.OPEN)

    def test_counts_all_paths_and_groups_and_tells_since_when(self):
        compared(3, at=NOW)
        compared(4, at=NOW - timedelta(days=2), path="scheduled", operation="idea_generation")
        compared(5, verdict="mismatch", at=NOW - timedelta(days=1))
        found = text()
        assert (found.comparisons, found.failures) == (12, 5)
        assert (found.since, found.last_at) == (NOW - timedelta(days=2), NOW)

    def test_is_of_what_a_charge_really_records(self, account):
        CreditService.deduct_credits_for_operation(
            account=account, operation_type="clustering", model="gpt-4o-mini",
            usage=Usage(tokens_input=2_900, tokens_output=100), operation_id="real",
        )  # fmt: skip
        assert text().comparisons == 1

    def test_takes_no_replay_for_traffic(self):
        compared(600, run="rehearsal")
        assert text().comparisons == 0


class TestEvidenceWindow:
    @pytest.mark.parametrize(
        "change",
        [
            FlagChange(share_bps=500),
            FlagChange(everyone=True),
            FlagChange(account_id="1", membership="on"),
            FlagChange(compared_bps=5_000),
        ],
        ids=["share", "everyone", "member", "compared"],
    )
    def test_goes_on_when_the_cohort_changes(self, change):
        compared(7)
        flip = change_flag(name=FLAG, change=change, actor="ada")
        assert flip.changed
        assert text().comparisons == 7

    def test_goes_on_after_a_rollback_that_still_compares(self):
        compared(7)
        roll_back(name=FLAG, actor="ada")
        assert text().comparisons == 7

    @pytest.mark.parametrize(
        "change",
        [FlagChange(stage=Stage.RAMPDOWN), FlagChange(baseline=Stage.OFF), FlagChange(baseline=Stage.DUALWRITE)],
        ids=["stage", "off", "dualwrite"],
    )
    def test_begins_anew_when_stage_or_baseline_changes(self, change):
        compared(7)
        flip = change_flag(name=FLAG, change=change, actor="ada")
        assert (text().comparisons, text().window_epoch) == (0, flip.epoch)
        compared(2)
        change_flag(name=FLAG, change=FlagChange(share_bps=500), actor="ada")
        assert (text().comparisons, text().window_epoch) == (2, flip.epoch)

    def test_begins_with_its_flag(self):
        flag = Flag.objects.get(name="ai-models-endpoint")
        assert flag.window_epoch == flag.epoch > 0

    def test_of_one_flag_goes_on_when_another_changes_its_stage(self):
        compared(7)
        change_flag(name="integration-provider-keys", change=FlagChange(baseline=Stage.OFF), actor="ada")
        assert text().comparisons == 7

    def test_begins_anew_with_another_revision(self, monkeypatch):
        compared(7)
        monkeypatch.setattr(revisions, "run_time_parts", [lambda name: "a rule" if name == "credits.text" else ""])
        assert text().comparisons == 0
        compared(2)
        assert text().comparisons == 2

    def test_has_none_of_what_was_recorded_before_there_were_revisions(self):
        compared(7, revision="")
        assert text().comparisons == 0

    def test_does_not_begin_anew_because_somebody_says_that_it_is_fixed(self):
        compared(7, verdict="mismatch")
        review_discrepancy(
            signature="0123456789ab", state=DiscrepancyReview.State.FIXED, actor="ada", reason="corrected"
        )
        assert text().failures == 7


class TestEvidenceOfAStratum:
    def test_is_no_data_where_nothing_was_compared_and_zero_where_nothing_counted(self):
        (nothing,) = stratum()
        assert (nothing.seam, nothing.comparisons, nothing.unexplained) == ("", None, None)
        assert nothing.finding.answer is Answer.UNKNOWN
        compared(3, verdict="both_error")
        (found,) = stratum()
        assert (found.seam, found.comparisons, found.unexplained) == ("credits.text", 0, 0)
        assert found.finding.answer is Answer.CLOSED

    def test_counts_its_own_path_operation_and_model_alone(self):
        compared(200)
        compared(300, path="scheduled")
        compared(400, operation="idea_generation")
        compared(500, model="gpt-4o-mini")
        compared(600, path="replay")
        (found,) = stratum()
        assert (found.comparisons, found.finding.answer) == (200, Answer.OPEN)

    def test_is_closed_by_an_error_of_the_control(self):
        compared(300)
        compared(1, verdict="control_error")
        (found,) = stratum()
        assert (found.comparisons, found.unexplained, found.finding.answer) == (300, 1, Answer.CLOSED)

    def test_is_told_for_each_seam_that_compared_it(self):
        compared(200)
        compared(10, seam="credits.image")
        assert [(each.seam, each.comparisons) for each in stratum()] == [("credits.image", 10), ("credits.text", 200)]


def everything():
    """Compare what opens both gates of phase 4."""
    for each in EXPECTED:
        seam = "credits.image" if each.operation == "image_generation" else "credits.text"
        compared(200, seam=seam, path=each.execution_path.value, operation=each.operation, model=each.model)
    for each in phase_4().seams:
        compared(509, seam=each.name, path="direct", operation="other")


class TestEvidenceOfAPhase:
    def test_opens_both_gates_when_every_seam_and_stratum_is_proven(self):
        everything()
        assert [finding.answer for finding in phase_4().gates.values()] == [Answer.OPEN, Answer.OPEN]

    def test_is_closed_by_one_seam_and_names_it(self):
        everything()
        compared(20, verdict="mismatch", seam="models.image_size", operation="other")
        assert phase_4().gates[GateName.BOUND].answer is Answer.CLOSED
        assert phase_4().gates[GateName.BOUND].sentence.startswith("models.image_size: Up to ")

    def test_is_closed_by_one_stratum_and_names_it(self):
        everything()
        compared(1, verdict="timeout", path="scheduled")
        assert phase_4().gates[GateName.BOUND].answer is Answer.OPEN
        assert phase_4().gates[GateName.COMPARISONS].answer is Answer.CLOSED
        assert phase_4().gates[GateName.COMPARISONS].sentence == (
            "scheduled · clustering · gpt-5.1 (credits.text): 1 comparison is unexplained."
        )

    def test_asks_nothing_of_a_flag_that_is_complete_for_everyone(self):
        """So that the other flag of the phase can be completed after it."""
        everything()
        change_flag(name="model-selection", change=FlagChange(everyone=True, stage=Stage.COMPLETE), actor="ada")
        assert [finding.answer for finding in phase_4().gates.values()] == [Answer.OPEN, Answer.OPEN]

    def test_asks_all_of_a_flag_that_is_complete_for_some(self):
        everything()
        change_flag(name="model-selection", change=FlagChange(share_bps=100, stage=Stage.COMPLETE), actor="ada")
        assert phase_4().gates[GateName.BOUND].answer is Answer.UNKNOWN

    def test_is_unknown_where_a_phase_compares_nothing(self):
        phase = Phase(number=9, name="Nothing", risk="", way_back="", entering=(GateName.BOUND, GateName.COMPARISONS))
        (found,) = queries.evidence_for([phase])
        assert [finding.answer for finding in found.gates.values()] == [Answer.UNKNOWN, Answer.UNKNOWN]

    @pytest.mark.legacy
    def test_answers_no_gate_that_the_phase_does_not_have(self):
        (frontend,) = (each for each in queries.evidence_by_phase() if each.number == 6)
        assert frontend.seams
        assert frontend.gates == {}

    def test_is_read_by_as_many_queries_whatever_was_compared(self, django_assert_num_queries):
        compared(1)
        with django_assert_num_queries(4):
            queries.evidence_by_phase()
        everything()
        with django_assert_num_queries(4):
            queries.evidence_by_phase()

    def test_is_there_for_every_phase_with_a_seam_that_compares(self):
        names = {seam for phase in plan().phases for flag in phase.flags for seam in flag.seams}
        shown = {seam.name for phase in queries.evidence_by_phase() for seam in phase.seams}
        assert names - shown == {"keys.store"}


class TestCommand:
    def test_shows_bound_and_strata(self, harness):
        compared(600)
        code, out, _ = harness("evidence")
        assert code == 0
        assert "Phase 4: Credits by model" in out
        assert "0.85 %" in out
        assert "no data" in out

    def test_answers_scripts_with_all_of_it(self, harness):
        compared(600)
        _, out, _ = harness("evidence", "--json")
        (phase,) = (each for each in json.loads(out) if each["number"] == 4)
        (seam,) = (each for each in phase["seams"] if each["name"] == "credits.text")
        assert (seam["comparisons"], seam["finding"]["answer"]) == (600, "open")
        assert 0.0084 < seam["bound"] < 0.0085
        assert {each["comparisons"] for each in phase["strata"]} == {600, None}

    def test_shows_one_seam(self, harness):
        compared(600)
        compared(5, seam="credits.image", operation="image_generation", model="dall-e-3")
        _, out, _ = harness("evidence", "credits.image", "--json")
        (phase,) = json.loads(out)
        assert [each["name"] for each in phase["seams"]] == ["credits.image"]
        assert [(each["operation"], each["comparisons"]) for each in phase["strata"]] == [("image_generation", 5)]

    @pytest.mark.parametrize("name", ["credits.txt", "keys.store"])
    def test_refuses_a_seam_that_compares_nothing_and_names_those_that_do(self, harness, name):
        code, _, err = harness("evidence", name)
        assert code == 2
        assert name in err
        assert "credits.text" in err

    def test_of_the_status_says_what_the_gates_would_answer(self, harness):
        compared(600)
        _, out, _ = harness("status")
        assert "Nothing of it was compared" in out
