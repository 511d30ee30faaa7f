"""What fell silent closes a gate and holds a rollout, or rolls it back."""

from datetime import timedelta

import pytest
from freezegun import freeze_time

from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.stages import Stage
from migration_harness.evidence.findings import Answer
from migration_harness.plan import GateName, plan
from migration_harness.rollout.gates.asking import ask_one
from migration_harness.rollout.guards.chosen import guards_for
from migration_harness.rollout.guards.guard import Reading, Watched
from migration_harness.rollout.guards.silence import Silence
from tests.trial_flag import FLAG

from ..evidence_rows import NOW, compared
from ..hushed import COST, KEY, MINUTE, called, fallen_silent

pytestmark = pytest.mark.usefixtures("hushed")


@freeze_time(NOW)
def asked():
    return ask_one(plan().phase(1), GateName.SILENCE).answer


def read(since=timedelta(hours=1)):
    return Silence().read(Watched(flag=FLAG, since=NOW - since, now=NOW))


class TestGate:
    def test_is_open_where_all_is_called_as_before(self):
        called(60, **COST)
        called(60, **KEY)
        assert (asked().answer, asked().sentence) == (Answer.OPEN, "3 seams and strata are called as before.")

    def test_is_closed_by_what_fell_silent_and_open_with_its_next_call(self):
        fallen_silent()
        assert (asked().answer, asked().sentence.startswith("trial.key fell silent")) == (Answer.CLOSED, True)
        compared(1, at=NOW, **KEY)
        assert asked().answer is Answer.OPEN

    def test_is_unknown_where_no_call_was_seen(self):
        assert asked().answer is Answer.UNKNOWN

    def test_is_unknown_where_one_side_answers_alone(self):
        fallen_silent()
        change_flag(name=FLAG, change=FlagChange(baseline=Stage.OFF), actor="olga")
        assert (asked().answer, "counted" in asked().sentence) == (Answer.UNKNOWN, True)

    def test_of_discrepancies_is_unknown_where_nothing_was_compared(self):
        def answer():
            return ask_one(plan().phase(1), GateName.DISCREPANCIES).answer.answer

        assert answer() is Answer.UNKNOWN
        compared(1, **KEY)
        assert answer() is Answer.OPEN


class TestGuard:
    @pytest.mark.parametrize(
        ("since", "expected"),
        [(timedelta(hours=1), Reading.BROKEN), (10 * MINUTE, Reading.NO_DATA)],
        ids=["since the step", "before it"],
    )
    def test_rolls_back_what_may_be_the_steps_doing_and_holds_for_the_rest(self, since, expected):
        fallen_silent()
        found = read(since)
        assert (found.reading, found.sentence.startswith("trial.key fell silent")) == (expected, True)
        assert found.numbers == {"silent": "1", "called": "1"}

    def test_holds_where_all_is_called(self):
        called(60, **COST)
        called(60, **KEY)
        assert read().reading is Reading.HOLDS

    def test_knows_nothing_without_a_call(self):
        assert read().reading is Reading.NO_DATA

    def test_watches_every_flag_that_has_seams(self):
        assert "silence" in {guard.name for guard in guards_for(FLAG)}
