"""The gate of legacy code: open only where nothing answered anybody and somebody would have told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from migration_harness.evidence.findings import Answer
from migration_harness.evidence.life import Life
from migration_harness.models import (
    LegacyDeclaration,
    LegacyStatement,
    LegacyTable,
    LegacyTableUse,
    MarkedRevision,
    TombstoneReporter,
    UnmarkedProcess,
)
from migration_harness.plan import GateName, plan
from migration_harness.queries import legacy_use
from migration_harness.rollout.gates.asking import ask_one

from .parts import ENTRY, an_execution, covered, declared, followed, marked

PHASE = 7
pytestmark = pytest.mark.django_db


def days_ago(days, **more):
    return timezone.now() - timedelta(days=days, **more)


@pytest.fixture
def silent():
    """Eight days in which a process told that it executed nothing, and a person that nobody else does."""
    covered(days_ago(8), timezone.now())
    marked(days_ago(8), timezone.now())
    followed(days_ago(8))
    declared(days_ago(-8))


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
        Answer.UNKNOWN, "revision before ran until {yesterday}",
    ),
    "an execution that was not counted, long ago": (
        lambda: covered(days_ago(30), days_ago(30, hours=-1), lost=1), Answer.OPEN, "None of",
    ),
}  # fmt: skip


class TestGate:
    @pytest.mark.parametrize(("plant", "expected", "words"), CASES.values(), ids=CASES)
    def test_answers_for_its_real_reason(self, silent, plant, expected, words):
        # The day before the test, which need not be that of its collection.
        words = words.format(yesterday=f"{days_ago(1):%Y-%m-%d}")
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


def undeclared():
    LegacyDeclaration.objects.all().delete()


def a_use(**counts):
    LegacyTableUse.objects.create(
        hour=days_ago(1), table="billing_creditcostconfig", first_at=days_ago(1), last_at=days_ago(1),
        **{"reads": 0, "writes": 0} | counts,
    )  # fmt: skip


def a_statement():
    LegacyStatement.objects.create(
        hour=days_ago(1), table="system_globalintegrationsettings", role="reporting", digest="0", calls=4,
        statement="SELECT * FROM system_globalintegrationsettings", is_dump=False, first_at=days_ago(1),
        last_at=days_ago(1),
    )  # fmt: skip


DECLARED = "Declared and not proven: nobody else uses legacy data (ann, until"
BEYOND = {
    "a declaration": (lambda: None, Answer.OPEN, DECLARED),
    "counters that prove": (lambda: None, Answer.OPEN, "Nobody read or wrote billing_creditcostconfig"),
    "no declaration": (undeclared, Answer.UNKNOWN, "Evidence lost: Of the columns of system_globalintegrationsettings"),
    "what a superuser may do": (undeclared, Answer.UNKNOWN, "harness legacy executed --nobody-else"),
    "a declaration that is over": (
        lambda: (undeclared(), declared(days_ago(0, seconds=1), at=days_ago(1))), Answer.UNKNOWN, "Evidence lost: ",
    ),
    "a declaration that was ended": (
        lambda: (undeclared(), declared(days_ago(-8), ended_at=timezone.now())), Answer.UNKNOWN, "Evidence lost: ",
    ),
    "a scan by nobody knows whom": (lambda: a_use(reads=3), Answer.OPEN, DECLARED),
    "the same without a word": (
        lambda: (undeclared(), a_use(reads=3)), Answer.UNKNOWN, "Evidence lost: ",
    ),
    "a write past a declaration": (lambda: a_use(writes=3), Answer.CLOSED, "3 rows written"),
    "a statement past a declaration": (a_statement, Answer.CLOSED, "The role reporting ran on system_globalint"),
    "counters that began anew": (
        lambda: (undeclared(), LegacyTable.objects.update(followed_from=days_ago(1), broken="a crash")),
        Answer.UNKNOWN, "Evidence lost: ",
    ),
}  # fmt: skip


@pytest.mark.legacy
class TestPastTheTombstones:
    @pytest.mark.parametrize(("plant", "expected", "words"), BEYOND.values(), ids=BEYOND)
    def test_answers_for_its_real_reason(self, silent, plant, expected, words):
        # The day before the test, which need not be that of its collection.
        words = words.format(yesterday=f"{days_ago(1):%Y-%m-%d}")
        plant()
        found = answer()
        assert (found.answer, words in found.sentence) == (expected, True), found.sentence


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
