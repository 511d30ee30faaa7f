"""The gate of legacy code: open only where nothing answered anybody and somebody would have told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from migration_harness.evidence.findings import Answer
from migration_harness.evidence.unused import Life
from migration_harness.models import MarkedRevision, TombstoneReporter, UnmarkedProcess
from migration_harness.plan import GateName, plan
from migration_harness.queries import legacy_use
from migration_harness.rollout.gates.asking import ask_one

from .parts import ENTRY, an_execution, covered, marked

PHASE = 7
pytestmark = pytest.mark.django_db


def days_ago(days, **more):
    return timezone.now() - timedelta(days=days, **more)


@pytest.fixture
def silent():
    """Eight days in which a process told that it executed nothing."""
    covered(days_ago(8), timezone.now())
    marked(days_ago(8), timezone.now())


def answer():
    return ask_one(plan().phase(PHASE), GateName.LEGACY_UNUSED).answer


def a_process(at):
    TombstoneReporter.objects.create(
        id="0" * 32, host="h", pid=7, role="worker", revision="x", began_at=days_ago(9), beat_at=at
    )


def unmarked(at):
    UnmarkedProcess.objects.create(host="h", pid=8, role="web", first_at=days_ago(9), last_at=at)


CASES = {
    "nothing": (lambda: None, Answer.OPEN, "None of 1 legacy entry"),
    "an execution before the days": (lambda: an_execution(days_ago(7, hours=1)), Answer.OPEN, "None of"),
    "a legacy call in the last week": (
        lambda: an_execution(days_ago(6)), Answer.CLOSED, f"{ENTRY} was executed for an answer 1 time",
    ),
    "its caller": (lambda: an_execution(days_ago(6)), Answer.CLOSED, "called by shop/pay.py:7 in pay (scheduled, "),
    "a call in shadow": (lambda: an_execution(days_ago(1), purpose="shadow"), Answer.OPEN, "None of"),
    "a call of a replay": (lambda: an_execution(days_ago(1), purpose="replay"), Answer.OPEN, "None of"),
    "a call of the harness": (lambda: an_execution(days_ago(1), purpose="harness"), Answer.OPEN, "None of"),
    "a process that was killed": (lambda: a_process(days_ago(1)), Answer.UNKNOWN, "worker 7 on h vanished after"),
    "a process that is alive": (lambda: a_process(timezone.now()), Answer.OPEN, "None of"),
    "a process without tombstones": (lambda: unmarked(days_ago(1)), Answer.UNKNOWN, "web 8 on h decided until"),
    "a revision without a tombstone": (
        lambda: MarkedRevision.objects.create(revision="before", first_at=days_ago(8), last_at=days_ago(1)),
        Answer.UNKNOWN, f"revision before ran until {days_ago(1):%Y-%m-%d}",
    ),
    "an execution that was not counted, long ago": (
        lambda: covered(days_ago(30), days_ago(30, hours=-1), lost=1), Answer.OPEN, "None of",
    ),
}  # fmt: skip


class TestGate:
    @pytest.mark.parametrize(("plant", "expected", "words"), CASES.values(), ids=CASES)
    def test_answers_for_its_real_reason(self, silent, plant, expected, words):
        plant()
        found = answer()
        assert (found.answer, words in found.sentence) == (expected, True), found.sentence

    def test_knows_nothing_where_nobody_tells(self):
        assert (answer().answer, answer().sentence.startswith("Evidence lost: ")) == (Answer.UNKNOWN, True)

    def test_knows_nothing_of_a_reporter_that_has_stopped(self):
        covered(days_ago(8), days_ago(0, minutes=10))
        marked(days_ago(8), days_ago(0, minutes=10))
        assert (answer().answer, "no process has told what it executes since" in answer().sentence) == (
            Answer.UNKNOWN, True,
        )  # fmt: skip

    def test_knows_nothing_of_a_day_without_data(self):
        covered(days_ago(8), days_ago(3))
        covered(days_ago(2).replace(minute=0) + timedelta(hours=1), timezone.now())
        marked(days_ago(8), timezone.now())
        assert (answer().answer, "no process told what it executed" in answer().sentence) == (Answer.UNKNOWN, True)

    def test_says_what_to_do(self, silent):
        assert answer().remedy == ""
        an_execution(days_ago(1))
        assert "harness legacy executed" in answer().remedy

    def test_of_short_days_looks_at_short_days(self, silent, settings):
        settings.HARNESS = settings.HARNESS | {"DAY_SECONDS": 60}
        an_execution(days_ago(0, minutes=8))
        assert answer().answer is Answer.OPEN
        an_execution(days_ago(0, minutes=6), caller="other")
        assert answer().answer is Answer.CLOSED


class TestUse:
    def test_lists_entries_with_what_is_known_of_each(self, silent):
        an_execution(days_ago(1), times=3)
        an_execution(days_ago(1), times=5, purpose="shadow")
        (found,) = legacy_use(now=timezone.now()).entries
        assert (found.entry, found.owner, found.life, found.aside) == (ENTRY, "billing", Life.EXECUTED, {"shadow": 5})
        assert [each.times for each in found.executions] == [3]

    def test_says_all_that_is_lost(self, silent):
        a_process(days_ago(1))
        unmarked(days_ago(2))
        found = legacy_use(now=timezone.now())
        assert (len(found.lost), found.entries[0].life) == (2, Life.LOST)
