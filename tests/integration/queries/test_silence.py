"""What was called and is not any more: found where the service works on, and nowhere else."""

from datetime import timedelta

import pytest

from migration_harness import queries
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.stages import Stage
from migration_harness.log.folding import fold
from migration_harness.models import WorkClock
from migration_harness.queries import Hearing
from migration_harness.rollout.listening import listen
from tests.trial_flag import FLAG

from ..evidence_rows import NOW, compared
from ..hushed import COST, KEY, MINUTE, called, fallen_silent, recorded

pytestmark = pytest.mark.usefixtures("hushed")


def heard(seam="trial.key", *, now=NOW):
    (found,) = [each for each in queries.heard(now=now) if (each.flow.seam, each.flow.execution_path) == (seam, "")]
    return found


def silences(*, now=NOW):
    return [each.flow.name for each in queries.silent(queries.heard(now=now))]


def flip(name=FLAG, **change):
    change_flag(name=name, change=FlagChange(**change), actor="olga")


class TestSilence:
    def test_is_found_where_a_caller_stops_asking_while_the_service_works_on(self):
        fallen_silent()
        assert silences() == ["trial.key"]
        assert heard().sentence == (
            "trial.key fell silent: it was called in 40 of 40 minutes of work, last at 2026-11-25 11:37 UTC, "
            "and in none of 20 since. Does its caller still ask the seam?"
        )

    def test_is_found_in_the_rollups_as_in_the_tail(self):
        fallen_silent()
        fold(at_most_seconds=60)
        assert silences() == ["trial.key"]

    def test_is_found_of_a_stratum_whose_seam_is_called_on_other_paths(self):
        called(60, path="run_now", **KEY)
        called(40, since=20, path="manual", **KEY)
        assert silences() == ["manual · openai · text (trial.key)"]
        assert heard().hearing is Hearing.CALLED

    def test_is_found_against_operations_that_come_and_ask_no_seam(self):
        called(40, since=20, **KEY)
        assert silences() == []
        recorded(60)
        assert silences() == ["trial.key"]

    def test_is_found_in_a_new_revision_as_in_the_one_before(self):
        called(60, **COST)
        called(40, since=20, **(KEY | {"revision": "before"}))
        assert silences() == ["trial.key"]

    def test_ends_with_the_next_call(self):
        fallen_silent()
        compared(1, at=NOW, **KEY)
        assert silences() == []


class TestNoSilence:
    def test_is_a_time_without_any_work(self):
        called(40, since=300, **KEY)
        called(40, since=300, **COST)
        assert silences() == []

    def test_is_nothing_where_all_goes_on(self):
        called(100, **KEY)
        called(100, **COST)
        assert silences() == []
        assert heard().sentence == "trial.key was called last at 2026-11-25 11:57 UTC."

    def test_are_few_calls(self):
        called(200, **COST)
        called(2, since=100, **KEY)
        assert heard().hearing is Hearing.CALLED

    def test_is_what_begins_only_now(self):
        called(200, **COST)
        compared(1, at=NOW, **KEY)
        assert silences() == []

    def test_is_what_comes_by_the_clock(self):
        called(350, **COST)
        for night in (0, 1, 2):
            called(20, since=70 + night * 80, **KEY)
        assert silences() == []

    @pytest.mark.parametrize("replayed", [{"path": "replay"}, {"run": "june"}], ids=["path", "run"])
    def test_is_what_a_replay_asked(self, replayed):
        called(60, **COST)
        called(40, since=20, **KEY, **replayed)
        assert heard().hearing is Hearing.NEVER

    def test_is_a_seam_of_which_no_call_was_seen(self):
        assert heard().sentence == "trial.key: no call was seen yet."


class TestUncounted:
    @pytest.mark.parametrize(
        "change", [{"baseline": Stage.OFF}, {"compared_bps": 0}], ids=["off", "no call is compared"]
    )
    def test_is_what_one_side_answers_alone(self, change):
        fallen_silent()
        flip(**change)
        assert (silences(), heard().hearing) == ([], Hearing.UNCOUNTED)
        assert heard().sentence == "trial.key is not compared: its calls are not counted."

    def test_is_what_the_candidate_answers_everyone(self):
        fallen_silent()
        flip(everyone=True, stage=Stage.COMPLETE)
        assert heard().hearing is Hearing.UNCOUNTED

    @pytest.mark.parametrize(
        ("change", "expected"),
        [({"compared_bps": 100}, []), ({"share_bps": 500}, ["trial.key"])],
        ids=["fewer calls are compared", "more accounts are live"],
    )
    def test_is_what_was_compared_at_another_share(self, change, expected):
        called(40, since=20, **KEY)
        flip(**change)
        called(60, **COST)
        assert silences() == expected

    def test_is_all_of_before_a_change_of_who_is_complete(self):
        flip(stage=Stage.COMPLETE, share_bps=100)
        called(40, since=20, **KEY)
        called(60, **COST)
        assert silences() == ["trial.key"]
        flip(share_bps=5_000)
        assert silences() == []

    def test_are_strata_of_before_accounts_were_taken_back(self):
        flip(everyone=True)
        called(40, since=20, path="manual", **KEY)
        called(60, path="run_now", **KEY)
        assert silences() == ["manual · openai · text (trial.key)"]
        flip(everyone=False)
        assert silences() == []


class TestListening:
    """What is called is remembered from one look to the next."""

    def test_knows_a_silence_for_as_long_as_it_lasts(self):
        fallen_silent()
        listen(now=NOW)
        assert silences() == ["trial.key"]
        for days in (5, 50):
            now = NOW + timedelta(days=days)
            called(6, now=now, **COST)
            assert silences(now=now) == ["trial.key"]
            listen(now=now)
        compared(1, at=now, **KEY)
        assert silences(now=now + MINUTE) == []
        listen(now=now + 3 * MINUTE)
        assert silences(now=now + 3 * MINUTE) == []

    def test_says_the_same_however_often_it_looks(self):
        called(60, **COST)
        called(40, since=20, **KEY)
        whole = heard().pause
        for ago in (59, 41, 21, 20, 3, 0, 0):
            listen(now=NOW - ago * MINUTE)
            assert heard().pause == whole
        assert WorkClock.objects.get().tick == 60

    def test_forgets_what_was_called_where_its_flag_compares_anew(self):
        fallen_silent()
        listen(now=NOW)
        flip(baseline=Stage.OFF)
        flip(baseline=Stage.SHADOW)
        called(20, now=NOW + timedelta(hours=1), **COST)
        assert silences(now=NOW + timedelta(hours=1)) == []

    def test_takes_what_nobody_looked_at_for_no_time(self):
        called(40, **KEY)
        called(40, **COST)
        listen(now=NOW)
        called(60, now=NOW + timedelta(hours=2), **COST)
        assert silences(now=NOW + timedelta(hours=9)) == []
