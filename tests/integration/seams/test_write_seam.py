"""What a write seam does to two stores, for its caller, and what it leaves when it is stopped."""

import pytest
import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.core.checks import run_checks

from migration_harness import queries
from migration_harness.deciding.stages import Side, Stage
from migration_harness.models import Drift
from migration_harness.seams import charge
from migration_harness.seams import write_seam as writes
from migration_harness.stores import drift
from migration_harness.testing import fixed_flags, flag_state

from ..trial_stores import FLAG, SEAM, Trial
from .writing import Killed, Refused, at, traces

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("trial_stores")]

ORDERS = {
    Stage.OFF: ["control"],
    Stage.DUALWRITE: ["control", "candidate"],
    Stage.SHADOW: ["control", "candidate"],
    Stage.LIVE: ["candidate", "control"],
    Stage.RAMPDOWN: ["candidate", "control"],
    Stage.COMPLETE: ["candidate"],
}


def outcome_of(call):
    """Return what a call returns or raises."""
    try:
        return call()
    except (Refused, Killed) as raised:
        return raised


def break_it(*_args, **_kwargs):
    raise Refused("planted")


def events_of(call):
    with structlog.testing.capture_logs() as events:
        call()
    return [(e["event"], e["log_level"], e.get("where") or e.get("error")) for e in events]


class TestWriteStages:
    """For each stage: in which order the sides write, who answers, what is left behind."""

    @pytest.mark.parametrize("stage", Stage)
    @pytest.mark.parametrize("outcome", ["both write", "the first fails", "the second fails", "killed between"])
    def test_write_answer_and_leave_a_trace_as_the_table_says(self, stage, outcome):
        first, *others = ORDERS[stage]
        error = {"the first fails": Refused(), "the second fails": Refused(), "killed between": Killed()}.get(outcome)
        failing = [first] if outcome == "the first fails" else others if error else []
        trial = Trial(before={Side(side): error for side in failing})

        with at(stage):
            answer = outcome_of(trial.write)

        reaches_the_second = outcome != "the first fails"
        assert trial.wrote == ([first, *others] if reaches_the_second else [first])
        assert answer == (error if failing and outcome != "the second fails" else first)
        stored = [side for side, store in (("control", trial.control), ("candidate", trial.candidate)) if store.keys()]
        assert set(stored) == ({first, *others} - {*failing} if reaches_the_second else set())
        left = {"the second fails": (1, "Refused"), "killed between": (0, "")}.get(outcome) if others else None
        assert traces() == ([(first, stage.value, *left)] if left else [])


class TestWrite:
    def test_passes_celerys_time_limit_on_and_leaves_the_trace(self):
        trial = Trial(before={Side.CANDIDATE: SoftTimeLimitExceeded()})
        with at(Stage.SHADOW), pytest.raises(SoftTimeLimitExceeded):
            trial.write()
        assert traces() == [("control", "shadow", 0, "")]

    def test_follows_each_account(self):
        trial = Trial()
        with fixed_flags(flag_state(FLAG, baseline=Stage.SHADOW, included=frozenset({"1"}))):
            assert [trial.write(account="1"), trial.write(account="2")] == ["candidate", "control"]

    def test_of_a_flag_that_nobody_created_is_the_controls(self):
        trial = Trial()
        assert trial.write() == "control"
        assert (trial.wrote, traces()) == (["control"], [])

    def test_compares_nothing_and_is_listed_with_the_seams(self):
        Trial()
        assert [(s.name, s.flag, s.comparisons) for s in queries.seam_statuses()] == [(SEAM, FLAG, 0)]


class TestTrace:
    def fail_once(self, trial, stage=Stage.SHADOW, **call):
        trial.before = {Side.CANDIDATE if stage is Stage.SHADOW else Side.CONTROL: Refused("the value, maybe")}
        with at(stage):
            trial.write(**call)
        trial.before = {}

    def test_says_what_was_written_by_whom(self):
        self.fail_once(Trial(), key="openai", account="7")
        row = Drift.objects.get()
        assert (row.seam, row.key, row.account_id, row.authoritative) == (SEAM, "openai", "7", "control")
        assert (row.stage, row.epoch, row.attempts, row.last_error) == ("shadow", 1, 1, "Refused")

    def test_is_an_alarm_that_quotes_no_message(self):
        assert events_of(lambda: self.fail_once(Trial())) == [("harness.drift", "error", "Refused")]

    def test_of_an_earlier_write_is_not_removed_by_a_later_one(self):
        trial = Trial()
        self.fail_once(trial)
        with at(Stage.SHADOW):
            assert events_of(trial.write) == [("harness.drift", "error", "")]
        assert trial.values == ({"k": "new"}, {"k": "new"})
        assert Drift.objects.get().version == 2

    @pytest.mark.parametrize(
        ("failed", "then", "newest"),
        [(Stage.LIVE, Stage.OFF, "control"), (Stage.SHADOW, Stage.COMPLETE, "candidate")],
    )
    def test_names_the_side_of_the_last_write_even_where_only_one_side_writes(self, failed, then, newest):
        trial = Trial()
        self.fail_once(trial, failed)
        with at(then):
            trial.write(value="newer")
        assert Drift.objects.get().authoritative == newest


class TestFault:
    """A fault of the harness does not reach the writer, and both stores are written."""

    @pytest.mark.parametrize("part", ["subject", "key"])
    def test_of_a_seams_function_is_logged(self, part):
        trial = Trial(**{part: break_it})
        with at(Stage.LIVE):
            assert events_of(trial.write) == [("harness.fault", "error", part)]
        assert (trial.wrote, traces()) == (["candidate", "control"], [])

    def test_of_the_trace_is_logged(self, monkeypatch):
        monkeypatch.setattr(drift, "_MARK", "INSERT INTO no_such_table VALUES (1) RETURNING 1, 1")
        trial = Trial()
        with at(Stage.LIVE):
            assert events_of(trial.write) == [("harness.fault", "error", "trace")]
        assert trial.values == ({"k": "new"}, {"k": "new"})

    def test_of_the_trace_does_not_hide_that_the_other_side_failed(self, monkeypatch):
        monkeypatch.setattr(drift, "mark", break_it)
        trial = Trial(before={Side.CONTROL: Refused()})
        with at(Stage.LIVE):
            assert events_of(trial.write) == [
                ("harness.fault", "error", "trace"),
                ("harness.drift", "error", "Refused"),
            ]

    def test_of_the_flags_lock_lets_the_snapshot_decide(self, monkeypatch):
        with at(Stage.LIVE), monkeypatch.context() as patch:
            patch.setattr(charge, "confirmed_snapshot", break_it)
            assert events_of(Trial().write) == [("harness.fault", "error", "confirmation")]
        assert traces() == []

    def test_of_all_flags_gives_the_control(self, monkeypatch):
        monkeypatch.setattr(charge, "confirmed_snapshot", break_it)
        monkeypatch.setattr(writes, "decisions_of", break_it)
        assert Trial().write() == "control"


class TestGlobalSeam:
    """A write that belongs to no account follows all of them."""

    @pytest.mark.parametrize(
        ("cohort", "order"),
        [
            ({"everyone": True}, ["candidate", "control"]),
            ({"everyone": True, "stage": Stage.COMPLETE}, ["candidate"]),
            ({}, ["control"]),
            ({"baseline": Stage.SHADOW}, ["control", "candidate"]),
            ({"everyone": False, "share_bps": 10_000, "included": frozenset("1")}, ["control"]),
            ({"included": frozenset("1")}, ["control", "candidate"]),
            ({"share_bps": 1}, ["control", "candidate"]),
            ({"everyone": True, "excluded": frozenset("1")}, ["control", "candidate"]),
        ],
        ids=[
            "everyone", "everyone, complete", "nobody", "nobody, shadow", "rolled back", "one by name", "a share",
            "all but one",
        ],
    )  # fmt: skip
    def test_writes_as_everybody_together_needs_it(self, cohort, order):
        trial = Trial()
        with fixed_flags(flag_state(FLAG, **cohort)):
            assert trial.write(account=None) == order[0]
        assert (trial.wrote, traces()) == (order, [])


class TestDeclaration:
    def ids(self):
        return [m.id for m in run_checks(tags=["migration_harness"]) if m.id.endswith(("E008", "E009"))]

    def test_of_a_seam_whose_flag_has_no_store_by_the_plan_is_an_error(self):
        Trial()
        assert self.ids() == ["migration_harness.E008"]

    def test_without_the_stores_is_an_error(self, monkeypatch):
        from migration_harness.stores.pair import pairs

        Trial()
        monkeypatch.setattr(pairs, "_by_seam", {})
        assert self.ids() == ["migration_harness.E008", "migration_harness.E009"]
