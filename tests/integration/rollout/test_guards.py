"""What each guard answers: it holds, it is broken, or there is too little to say it by; and in which words."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.evidence.findings import Answer, Finding
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.models import Drift as DriftRow
from migration_harness.plan import PlannedFlag, plan
from migration_harness.rollout.guards import chosen
from migration_harness.rollout.guards.candidate_errors import CandidateErrors
from migration_harness.rollout.guards.drift import Drift
from migration_harness.rollout.guards.errors import Errors
from migration_harness.rollout.guards.guard import GuardAnswer, Reading, Watched
from migration_harness.rollout.guards.latency import Latency
from migration_harness.rollout.guards.trial_balance import TrialBalance
from migration_harness.rollout.guards.unexplained import OVERTAKEN, Unexplained

from ..evidence_rows import NOW, compared

pytestmark = pytest.mark.usefixtures("demo")

FLAG, REQUIRED, KEYS = "model-based-credits", "model-selection", "integration-provider-keys"
SINCE = NOW - timedelta(hours=2)
BEFORE = SINCE - timedelta(minutes=1)
HOLDS, BROKEN, NO_DATA = Reading
MS = 1_000_000


def asked(guard, flag=FLAG):
    return guard.read(Watched(flag=flag, since=SINCE, now=NOW))


def change(name=FLAG, **fields):
    return change_flag(name=name, change=FlagChange(**fields), actor="tester")


class TestUnexplained:
    @pytest.mark.parametrize(
        ("rows", "reading", "sentence"),
        [
            ([], NO_DATA, "Nothing that counts has been compared since the step began."),
            ([{"verdict": "control_error"}], NO_DATA, "Nothing that counts"),
            ([{"verdict": "both_error"}], NO_DATA, "Nothing that counts"),
            ([{"at": BEFORE}], NO_DATA, "Nothing that counts"),
            ([{"run": "last-month"}], NO_DATA, "Nothing that counts"),
            ([{"path": "replay"}], NO_DATA, "Nothing that counts"),
            ([{}, {"verdict": "intended"}], HOLDS, "None of 2 comparisons differs without an explanation."),
            ([{}, {"verdict": "mismatch", "at": BEFORE, "epoch": 0}], HOLDS, "None of 1 comparison differs"),
            ([{}, {"verdict": "mismatch", "run": "r"}], HOLDS, "None of 1 comparison differs"),
            ([{}, {"verdict": "candidate_error"}], HOLDS, "None of 2 comparisons"),
            (
                [{}, {"verdict": "mismatch"}], BROKEN,
                "1 of 2 comparisons differs without an explanation: discrepancy 0123456789ab of credits.text.",
            ),
            ([{"verdict": "mismatch"}], BROKEN, "1 of 1 comparison differs"),
            ([{"verdict": "mismatch", "at": SINCE - OVERTAKEN}], BROKEN, "1 of 1 comparison differs"),
            ([{"at": SINCE - OVERTAKEN}], NO_DATA, "Nothing that counts"),
            ([{"verdict": "mismatch", "seam": "credits.image"}], BROKEN, "0123456789ab of credits.image"),
        ],
    )  # fmt: skip
    def test_says(self, read_from, rows, reading, sentence):
        for row in rows:
            compared(1, **({"at": SINCE} | row))
        read_from()
        answer = asked(Unexplained())
        assert (answer.guard, answer.reading) == ("unexplained", reading)
        assert sentence in answer.sentence

    def test_sees_a_mismatch_where_the_same_one_was_seen_before(self, read_from):
        compared(1, verdict="mismatch", at=BEFORE)
        compared(1, verdict="mismatch", at=SINCE)
        read_from()
        assert asked(Unexplained()).reading is BROKEN

    def test_watches_no_other_flag(self):
        compared(1, verdict="mismatch", seam="models.default")
        compared(1)
        assert asked(Unexplained()).reading is HOLDS


class TestCandidateErrors:
    @pytest.mark.parametrize("verdict", ["candidate_error", "timeout", "blocked"])
    @pytest.mark.parametrize(
        ("most_bps", "good", "bad", "reading"),
        [(0, 9, 1, BROKEN), (999, 9, 1, BROKEN), (1_000, 9, 1, HOLDS), (0, 9, 0, HOLDS), (0, 0, 0, NO_DATA)],
    )
    def test_says(self, verdict, most_bps, good, bad, reading):
        compared(good)
        compared(bad, verdict=verdict)
        assert asked(CandidateErrors(most_bps=most_bps)).reading is reading

    @pytest.mark.parametrize(
        ("verdict", "how"),
        [("candidate_error", "raised"), ("timeout", "took too long"), ("blocked", "tried a side effect")],
    )
    def test_says_how_it_failed(self, verdict, how):
        compared(3)
        compared(1, verdict=verdict)
        assert asked(CandidateErrors()).sentence == (
            f"The candidate failed in 1 of 4 comparisons; most often that of credits.text {how} "
            "(discrepancy 0123456789ab)."
        )

    def test_leaves_mismatches_to_the_guard_of_their_own(self):
        compared(1, verdict="mismatch")
        assert asked(CandidateErrors()).reading is HOLDS


class TestLatency:
    @pytest.mark.parametrize(
        ("calls", "control_ns", "candidate_ns", "reading"),
        [
            (99, MS, 900 * MS, NO_DATA),
            (100, 15 * MS, 15 * MS, HOLDS),
            (100, 1_500, 600_000, HOLDS),  # 400 times as long, and nobody notices.
            (100, 15 * MS, 300 * MS, BROKEN),
            (100, 300 * MS, 15 * MS, HOLDS),
            (100, 15 * MS, 20_000 * MS, BROKEN),
        ],
    )
    def test_says(self, read_from, calls, control_ns, candidate_ns, reading):
        compared(calls, control_ns=control_ns, candidate_ns=candidate_ns)
        read_from()
        assert asked(Latency()).reading is reading

    def test_names_the_seam_and_both_sides(self):
        compared(100, control_ns=15 * MS, candidate_ns=300 * MS)
        assert asked(Latency()).sentence == (
            "credits.text: 95 % of 100 calls took the candidate up to 485 ms and the control up to 19.5 ms."
        )

    def test_asks_nothing_of_before_the_flag_last_changed(self):
        compared(100, control_ns=15 * MS, candidate_ns=300 * MS)
        change(share_bps=100)
        assert asked(Latency()).reading is NO_DATA

    def test_is_not_moved_by_a_few_slow_calls(self):
        compared(96, control_ns=15 * MS, candidate_ns=15 * MS)
        compared(4, control_ns=15 * MS, candidate_ns=9_000 * MS)
        assert asked(Latency()).reading is HOLDS


class TestDrift:
    @pytest.mark.parametrize(
        ("old", "young", "reading", "sentence"),
        [
            (0, 0, HOLDS, "Nothing has been in one store only for more than 5 min."),
            (0, 2, HOLDS, "Nothing has been"),
            (1, 0, BROKEN, "1 write of keys.store is in one store only, the oldest for 10 min."),
            (2, 1, BROKEN, "2 writes of keys.store are in one store only"),
        ],
    )
    def test_says(self, old, young, reading, sentence):
        for number, seconds in enumerate([600] * old + [60] * young):
            DriftRow.objects.create(
                seam="keys.store", key=str(number), account_id="", authoritative="control", stage="live", epoch=1,
                at=NOW - timedelta(seconds=seconds),
            )  # fmt: skip
        answer = asked(Drift(), KEYS)
        assert answer.reading is reading
        assert sentence in answer.sentence

    def test_says_nothing_of_a_flag_without_seams(self):
        assert asked(Drift(), "ai-models-endpoint").reading is NO_DATA


@dataclass
class Logged:
    event: str
    first_at: object = SINCE
    last_at: object = NOW
    logger: str = "service"


@dataclass
class Spoken:
    errors: tuple = ()
    covered: tuple = ()


@dataclass
class Until:
    end: object = NOW


class TestErrors:
    @pytest.mark.parametrize(
        ("errors", "covered", "reading", "sentence"),
        [
            ([], [Until()], HOLDS, "No error of a new kind was logged since the step began."),
            ([], [], NO_DATA, "Nobody has told of errors in the last 5 minutes."),
            ([], [Until(NOW - timedelta(minutes=6))], NO_DATA, "Nobody has told"),
            ([Logged("a")], [], BROKEN, "1 error of a new kind was logged since the step began: a."),
            ([Logged("b"), Logged("a")], [Until()], BROKEN, "2 errors of a new kind were logged"),
            ([Logged(each) for each in "abcd"], [Until()], BROKEN, "a, b, c …."),
            ([Logged("a", first_at=BEFORE)], [Until()], HOLDS, "No error of a new kind"),
            ([Logged("a"), Logged("a", first_at=BEFORE, last_at=BEFORE)], [Until()], HOLDS, "No error of a new kind"),
            ([Logged("a"), Logged("a", first_at=BEFORE, logger="other")], [Until()], BROKEN, "1 error of a new kind"),
            ([Logged("a", first_at=BEFORE, last_at=BEFORE)], [Until()], HOLDS, "No error"),
        ],
    )  # fmt: skip
    def test_says(self, errors, covered, reading, sentence):
        asked_for = []

        def told(*, since, now):
            asked_for.append((since, now))
            return Spoken(tuple(errors), tuple(covered))

        answer = asked(Errors(told=told))
        assert answer.reading is reading
        assert sentence in answer.sentence
        assert asked_for == [(SINCE - timedelta(days=7), NOW)]


@dataclass
class Stands:
    finding: Finding


class TestTrialBalance:
    @pytest.mark.parametrize(
        ("answer", "reading"), [(Answer.OPEN, HOLDS), (Answer.CLOSED, BROKEN), (Answer.UNKNOWN, NO_DATA)]
    )
    def test_says_what_the_trial_balance_says(self, answer, reading):
        guard = TrialBalance(standing=lambda: Stands(Finding(answer=answer, sentence="As found.")))
        assert asked(guard) == GuardAnswer(guard="trial_balance", reading=reading, sentence="As found.")


class OwnGuard:
    name = "own"

    def read(self, watched):
        return GuardAnswer(guard=self.name, reading=HOLDS, sentence=watched.flag)


OWN, NAMELESS = OwnGuard(), object()
HERE = "tests.integration.rollout.test_guards"


class TestChosen:
    @pytest.mark.parametrize(
        ("flag", "names"),
        [
            (FLAG, ["unexplained", "candidate_errors", "latency", "silence", "balance", "trial_balance", "errors"]),
            (REQUIRED, ["unexplained", "candidate_errors", "latency", "silence", "errors"]),
            (KEYS, ["unexplained", "candidate_errors", "latency", "silence", "drift", "errors"]),
            ("ai-models-endpoint", ["errors"]),
            ("nobody's", ["errors"]),
        ],
    )
    def test_are_those_of_what_the_flag_has(self, flag, names):
        assert [guard.name for guard in chosen.guards_for(flag)] == names

    @pytest.mark.parametrize("path", [f"{HERE}.OwnGuard", f"{HERE}.OWN"])
    def test_take_in_the_hosts_own(self, planned, path):
        planned(guards=(path,))
        assert asked(chosen.guards_for(FLAG)[-1]).sentence == FLAG

    @pytest.mark.parametrize(
        ("declared", "why"),
        [
            ({"guards": ("no.such.guard",)}, "cannot be had"),
            ({"guards": (f"{HERE}.NAMELESS",)}, "is no guard"),
            ({"guards": (f"{HERE}.OWN", f"{HERE}.OwnGuard")}, "more than one guard is called own"),
        ],
    )
    def test_refuse_what_is_none(self, planned, declared, why):
        planned(**declared)
        with pytest.raises(HarnessMisconfigured, match=why):
            chosen.guards_for(FLAG)

    def test_are_dry_by_the_plan(self, planned):
        assert chosen.dry_for(FLAG) == frozenset()
        planned(dry_guards=("latency",))
        assert chosen.dry_for(FLAG) == {"latency"}

    def test_are_not_dry_by_a_name_that_nobody_has(self, planned):
        planned(dry_guards=("latncy",))
        with pytest.raises(HarnessMisconfigured, match="latncy dry, and the flag has no such guard"):
            chosen.dry_for(FLAG)


@pytest.fixture
def planned(monkeypatch):
    """A function that declares the flag of the model-based credits with something more."""
    ours = plan()

    def declare(**fields):
        phases = tuple(
            replace(phase, flags=tuple(_with(flag, fields) for flag in phase.flags)) for phase in ours.phases
        )
        monkeypatch.setattr(chosen, "plan", lambda: replace(ours, phases=phases))

    return declare


def _with(flag: PlannedFlag, fields: dict) -> PlannedFlag:
    return replace(flag, **fields) if flag.name == FLAG else flag
