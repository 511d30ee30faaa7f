"""A seam under load: its candidate's time, its breaker, its noise, its sample."""

import itertools
from datetime import date
from decimal import Decimal

import pytest
import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection

from migration_harness import queries
from migration_harness.comparing.explanations import Oracle
from migration_harness.deciding import source
from migration_harness.deciding.leases import Lease
from migration_harness.deciding.processes import this_process
from migration_harness.deciding.stages import Side, Stage
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.models import Comparison, ComparisonSample
from migration_harness.rollout.standing import gates_by_phase
from migration_harness.seams import seam as seams
from migration_harness.seams import sides, tripping
from migration_harness.seams.breaker import FAILURES_TO_OPEN, FIRST_PAUSE_SECONDS
from migration_harness.seams.charge import charge
from migration_harness.seams.purity import refuse_side_effect
from migration_harness.seams.seam import Seam
from migration_harness.testing import fixed_flags, flag_at, flag_state

from .trial import Declared, Trial, verdicts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_seams")]


def fail(_account):
    raise ValueError("secret")


class Clock:
    """Stands in for ``monotonic``."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(seams, "monotonic", clock)
    monkeypatch.setattr(tripping, "monotonic", clock)
    return clock


class TestBudget:
    def slow(self, _account):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.02)")
        return "same"

    @pytest.mark.parametrize("stage", [Stage.SHADOW, Stage.LIVE])
    def test_makes_a_timeout_of_a_right_answer_that_is_late(self, stage):
        with fixed_flags(flag_at("f", stage)):
            assert Trial(control="same", candidate=self.slow, budget_ms=5).call() == "same"
        assert verdicts() == ["timeout"]
        assert "its budget is 5.0 ms" in ComparisonSample.objects.get().explanation

    def test_is_the_candidates_alone(self, monkeypatch):
        # The control begins and ends, a minute later; the candidate begins and ends at once.
        times = itertools.chain([0], itertools.repeat(60_000_000_000))
        monkeypatch.setattr(sides, "_clock", lambda: next(times))
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            Trial(control="same", candidate="same", budget_ms=5).call()
        assert verdicts() == ["match"]

    def test_leaves_a_wrong_answer_wrong(self):
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            Trial(control="other", candidate=self.slow, budget_ms=5).call()
        assert verdicts() == ["mismatch"]


class TestBreaker:
    def opened(self, **sides):
        """A trial whose breaker has opened, and its events."""
        trial = Trial(**sides)
        with structlog.testing.capture_logs() as events:
            for _ in range(FAILURES_TO_OPEN):
                trial.call()
        assert trial.seam.breaker.is_open
        return trial, [event for event in events if event["event"].startswith("harness.breaker")]

    @pytest.mark.parametrize(
        ("stage", "sides", "reason"),
        [
            (Stage.SHADOW, {"control": "old", "candidate": fail}, "ValueError"),
            (Stage.LIVE, {"control": fail, "candidate": "new"}, "ValueError"),
            (Stage.SHADOW, {"control": "old", "candidate": lambda _: refuse_side_effect("e-mail")}, "e-mail"),
        ],
        ids=["candidate in shadow", "control in live", "blocked"],
    )
    def test_stops_comparing_and_goes_on_answering(self, stage, sides, reason, clock):
        with fixed_flags(flag_at("f", stage)):
            trial, events = self.opened(**sides)
            trial.ran.clear()
            answers = {trial.call() for _ in range(20)}
        assert [(e["event"], e["reason"]) for e in events] == [("harness.breaker_opened", reason)]
        assert "secret" not in str(events)
        answering = Side.CONTROL if stage is Stage.SHADOW else Side.CANDIDATE
        assert (trial.ran, answers) == ([answering] * 20, {"old" if stage is Stage.SHADOW else "new"})
        assert len(verdicts()) == FAILURES_TO_OPEN

    def test_opens_by_overruns_too(self, clock):
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            self.opened(control="same", candidate="same", budget_ms=0.000001)
        assert set(verdicts()) == {"timeout"}

    @pytest.mark.parametrize(
        "sides",
        [
            {"control": "old", "candidate": "new"},
            {"control": Declared(), "candidate": Declared()},
            {"control": Declared(), "candidate": "new"},
        ],
        ids=["mismatch", "both declared", "control's declared"],
    )
    def test_stays_closed_for_what_is_no_failure_of_comparing(self, sides, clock):
        trial = Trial(**sides)
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            for _ in range(2 * FAILURES_TO_OPEN):
                trial.call()
        assert not trial.seam.breaker.is_open
        assert len(verdicts()) == 2 * FAILURES_TO_OPEN

    def test_probes_after_a_pause_and_closes_where_the_probe_passes(self, clock):
        outcomes = itertools.chain([fail] * FAILURES_TO_OPEN, itertools.repeat(lambda _: "old"))
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            trial, _ = self.opened(control="old", candidate=lambda account: next(outcomes)(account))
            clock.now += FIRST_PAUSE_SECONDS
            with structlog.testing.capture_logs() as events:
                for _ in range(5):
                    trial.call()
        assert [event["event"] for event in events] == ["harness.breaker_closed"]
        assert verdicts()[FAILURES_TO_OPEN:] == ["match"] * 5

    def test_waits_again_where_the_probe_fails(self, clock):
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            trial, _ = self.opened(control="old", candidate=fail)
            for _ in range(3):
                clock.now += FIRST_PAUSE_SECONDS
                trial.call()
        # At 30 s a probe; it fails, and the next one is due a minute later.
        assert len(verdicts()) == FAILURES_TO_OPEN + 2

    def test_is_told_by_the_lease(self, clock, own_seams, monkeypatch, transactional_db):
        monkeypatch.setattr(source, "seams", own_seams)
        monkeypatch.setattr(queries.seams, "seams", own_seams)
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            self.opened(control="old", candidate=fail)
        lease = Lease(this_process())
        try:
            lease.renew(epoch=0, report=source.report())
            assert queries.open_breakers() == {"trial": 1}
            assert [each.open_breakers for each in queries.fleet()] == [("trial",)]
            assert queries.status(gates=gates_by_phase())["seams"]["trial"]["open_breakers"] == 1
        finally:
            lease.release()
            lease.close()

    def test_is_not_for_money(self, clock):
        trial = Trial(control=19, candidate=fail, measure="credits", money=True, explain=[price_list()])
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            for number in range(2 * FAILURES_TO_OPEN):
                with charge(operation_id=f"op {number}"):
                    assert trial.call() == 19
        assert verdicts() == ["candidate_error"] * 2 * FAILURES_TO_OPEN


def price_list():
    return Oracle(
        name="price list", reason="", owner="", expires=date(9999, 1, 1),
        answer=lambda **_: 3, recorded_legacy=lambda **_: 19,
    )  # fmt: skip


class TestNoiseCheck:
    def test_finds_that_the_control_differs_from_itself(self):
        numbers = itertools.count()
        trial = Trial(control=lambda _: {"at": next(numbers), "n": 1}, candidate={"at": -1, "n": 1}, noise_check_bps=1)
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            for _ in range(3):
                trial.call()
        assert verdicts() == ["intended"] * 3
        assert "noise" in ComparisonSample.objects.first().explanation

    def test_leaves_the_candidates_faults(self):
        numbers = itertools.count()
        trial = Trial(control=lambda _: {"at": next(numbers), "n": 1}, candidate={"at": -1, "n": 2}, noise_check_bps=1)
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            trial.call()
        assert verdicts() == ["mismatch"]
        assert [d["path"] for d in ComparisonSample.objects.get().payload["differences"]] == ["result.n"]

    def test_runs_the_control_again_in_its_share_and_under_guard(self):
        trial = Trial(control="same", candidate="same", noise_check_bps=10_000)
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            assert trial.call() == "same"
        assert trial.ran == [Side.CONTROL, Side.CANDIDATE, Side.CONTROL]
        assert verdicts() == ["match"]

    def test_is_refused_for_money(self):
        with pytest.raises(HarnessMisconfigured, match="only the oracle explains money"):
            Seam(
                name="money", flag="f", control=int, candidate=int, subject=lambda **_: None, money=True,
                noise_check_bps=100,
            )  # fmt: skip


class TestSample:
    def test_skips_the_second_call(self):
        trial = Trial(control="same", candidate="same")
        with fixed_flags(flag_state("f", baseline=Stage.SHADOW, compared_bps=2_500)):
            for _ in range(400):
                trial.call()
        assert trial.ran.count(Side.CONTROL) == 400
        assert trial.ran.count(Side.CANDIDATE) == len(verdicts())
        assert 40 < len(verdicts()) < 170

    def test_is_of_charges_too_and_notes_who_answered_alone(self):
        trial = Trial(control=19, candidate=3, measure="credits", money=True, explain=[price_list()])
        made = []
        with fixed_flags(flag_state("f", baseline=Stage.SHADOW, compared_bps=5_000)):
            for number in range(100):
                with charge(operation_id=f"op {number}") as this:
                    assert trial.call() == 19
                made.append(this)
        assert 20 < Comparison.objects.count() < 80
        assert {each.answered_by for each in made} == {"control"}
        assert sum(each.candidate_measure == 3 for each in made) == Comparison.objects.count()


class TestValuesThatCannotBeAsked:
    def test_are_compared_all_the_same(self):
        class Hostile:
            def __ne__(self, other):
                raise RuntimeError("cannot be compared")

        value = Hostile()
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            assert Trial(control=value, candidate=value).call() is value
        assert len(verdicts()) == 1

    @pytest.mark.parametrize("text", ["sNaN", "NaN", "Infinity"])
    def test_of_money_enter_no_sum(self, text):
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            Trial(control=Decimal(text), candidate=Decimal(text), measure="usd").call()
        (kept,) = Comparison.objects.all()
        assert (kept.control_measure, kept.candidate_measure) == (None, None)

    def test_let_the_soft_time_limit_through(self):
        class Slow:
            def __eq__(self, other):
                raise SoftTimeLimitExceeded

            __hash__ = None

        with fixed_flags(flag_at("f", Stage.SHADOW)), pytest.raises(SoftTimeLimitExceeded):
            Trial(control=Slow(), candidate=Slow()).call()
