"""The stage table, as a table."""

import pytest

from migration_harness.deciding.stages import BASELINES, COHORT_STAGES, TABLE, Rollback, Side, Stage, stage_named
from migration_harness.exceptions import UnknownStage

CONTROL, CANDIDATE = Side.CONTROL, Side.CANDIDATE

EXPECTED = [
    # stage, reads, answers, writes, compared, rollback
    ("off", [CONTROL], CONTROL, [CONTROL], False, Rollback.NOT_NEEDED),
    ("dualwrite", [CONTROL], CONTROL, [CONTROL, CANDIDATE], False, Rollback.NOT_NEEDED),
    ("shadow", [CONTROL, CANDIDATE], CONTROL, [CONTROL, CANDIDATE], True, Rollback.NOT_NEEDED),
    ("live", [CANDIDATE, CONTROL], CANDIDATE, [CANDIDATE, CONTROL], True, Rollback.SAFE),
    ("rampdown", [CANDIDATE], CANDIDATE, [CANDIDATE, CONTROL], False, Rollback.SAFE),
    ("complete", [CANDIDATE], CANDIDATE, [CANDIDATE], False, Rollback.AFTER_RESYNC),
]


class TestStageTable:
    @pytest.mark.parametrize(
        ("name", "reads", "answers", "writes", "compared", "rollback"),
        EXPECTED,
        ids=[e[0] for e in EXPECTED],
    )
    def test_says_for_each_stage_what_the_design_says(self, name, reads, answers, writes, compared, rollback):
        rule = TABLE[stage_named(name)]
        found = (list(rule.reads), rule.answers, list(rule.writes), rule.compared, rule.rollback)
        assert found == (reads, answers, writes, compared, rollback)

    def test_has_a_row_for_every_stage_and_no_other(self):
        assert list(TABLE) == list(Stage)
        assert [stage.value for stage in TABLE] == [row[0] for row in EXPECTED]

    @pytest.mark.parametrize("stage", Stage)
    def test_lets_the_authoritative_side_run_first_and_write_first(self, stage):
        rule = TABLE[stage]
        assert (rule.reads[0], rule.writes[0]) == (rule.answers, rule.answers)

    def test_parts_the_stages_into_cohort_and_baseline(self):
        assert COHORT_STAGES == (Stage.LIVE, Stage.RAMPDOWN, Stage.COMPLETE)
        assert BASELINES == (Stage.OFF, Stage.DUALWRITE, Stage.SHADOW)

    def test_refuses_an_unknown_stage_by_name(self):
        with pytest.raises(UnknownStage, match="'ramp_up'.*off, dualwrite, shadow, live, rampdown, complete"):
            stage_named("ramp_up")
