"""Flags of a test beside those of the database: what no test names answers as the database says, in a charge too."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from migration_harness.api import Seam, Stage, charge, create_flag
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.source import decide
from migration_harness.testing import flag_state, flags_at
from tests.trial_flag import FLAG, PLANNED, create_trial_flag

OTHER = "try-another"


@pytest.fixture
def flag(db):
    create_trial_flag()


def stage(name=FLAG, account="7"):
    return decide(name, account).stage


class TestFlagThatNobodyNamed:
    def test_answers_as_the_database_says(self, flag):
        with flags_at({OTHER: "live"}):
            before = stage()
            change_flag(name=FLAG, change=FlagChange(everyone=True), actor="tests")
            assert [before, stage(), stage(OTHER)] == [Stage.SHADOW, Stage.LIVE, Stage.LIVE]

    def test_obeys_a_requirement_that_a_test_names(self, db):
        create_flag(planned=replace(PLANNED, requires=(OTHER,)), baseline=Stage.SHADOW, actor="tests")
        change_flag(name=FLAG, change=FlagChange(everyone=True), actor="tests")
        without = stage()
        with flags_at({OTHER: "live"}):
            assert [without, stage()] == [Stage.SHADOW, Stage.LIVE]

    def test_is_required_as_it_is(self, flag):
        with flags_at({OTHER: flag_state(OTHER, everyone=True, requires=(FLAG,))}):
            before = stage(OTHER)
            change_flag(name=FLAG, change=FlagChange(everyone=True), actor="tests")
            assert [before, stage(OTHER)] == [Stage.OFF, Stage.LIVE]


class TestFlagOfATest:
    def test_wins_and_leaves_the_database_as_it_was(self, flag):
        with flags_at({FLAG: "live"}):
            inside = stage()
        assert [inside, stage()] == [Stage.LIVE, Stage.SHADOW]

    def test_asks_nobody(self, flag):
        with CaptureQueriesContext(connection) as queries, flags_at({FLAG: "live"}):
            stage()
        assert [each["sql"] for each in queries] == []


class TestCharge:
    @pytest.fixture
    def seams(self, own_seams, monkeypatch):
        monkeypatch.setattr("migration_harness.seams.charge.seams", own_seams)
        return [
            Seam(
                name=f"trial.{flag}", flag=flag, control=lambda *, account: 1, candidate=lambda *, account: 2,
                subject=lambda *, account: account, money=True, measure="credits",
            )
            for flag in (FLAG, OTHER)
        ]  # fmt: skip

    def priced(self, seams):
        return [seam(account="7") for seam in seams]

    def test_is_priced_by_flags_of_the_test_and_by_those_of_the_database(self, flag, seams):
        with flags_at({OTHER: "rampdown"}), charge(operation_id="one"):
            before = self.priced(seams)
        change_flag(name=FLAG, change=FlagChange(everyone=True, stage=Stage.COMPLETE), actor="tests")
        with flags_at({OTHER: "off"}), charge(operation_id="two"):
            assert [before, self.priced(seams)] == [[1, 2], [2, 1]]

    def test_confirms_those_of_the_database_alone(self, flag, seams):
        with flags_at({OTHER: "rampdown"}), charge(operation_id="one") as made:
            assert made.flags == f'{{"{FLAG}": {decide(FLAG, None).epoch}}}'
