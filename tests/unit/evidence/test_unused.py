"""Some days without an execution of legacy code, and evidence for all of that time."""

from datetime import UTC, datetime, timedelta

import pytest

from migration_harness.evidence.findings import Answer
from migration_harness.evidence.life import Life
from migration_harness.evidence.quiet import Period, Vanished
from migration_harness.evidence.unused import (
    Asked,
    Execution,
    KnownOfLegacy,
    RevisionSeen,
    life_of,
    of_unused,
)

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY, HOUR, MINUTE, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
WEEK_AGO = NOW - 7 * DAY
LONG_AGO = NOW - 30 * DAY
ASKED = Asked(days=7, day_seconds=86_400, now=NOW)
MARKED = {"shop.price": frozenset({"new"}), "shop.rate": frozenset({"new"})}


def ran(revision="new", *, start=LONG_AGO, end=NOW):
    return RevisionSeen(revision=revision, first_at=start, last_at=end)


def execution(at, *, entry="shop.price", times=1):
    return Execution(
        entry=entry, execution_path="scheduled", revision="c3891a5", caller="shop/pay.py:7 in pay", times=times,
        first_at=at, last_at=at,
    )  # fmt: skip


def known(**changed):
    every = {"marked": MARKED, "covered": [Period(start=LONG_AGO, end=NOW)], "revisions": [ran()]}
    return KnownOfLegacy(**every | changed)


def asked(**changed):
    found = of_unused(known(**changed), ASKED)
    return found.answer, found.sentence


class TestUnused:
    def test_is_a_week_with_evidence_and_no_execution(self):
        assert asked() == (
            Answer.OPEN,
            "None of 2 legacy entries was executed for an answer in 7 days, with evidence for all of that time.",
        )

    def test_of_short_days_says_so(self):
        short = Asked(days=7, day_seconds=10, now=NOW)
        assert (
            "7 days of 10 s each" in of_unused(known(covered=[Period(start=NOW - MINUTE * 2, end=NOW)]), short).sentence
        )

    @pytest.mark.parametrize("at", [WEEK_AGO - SECOND, LONG_AGO], ids=["just before", "long ago"])
    def test_does_not_look_further_back(self, at):
        assert asked(executions=[execution(at)])[0] is Answer.OPEN


class TestExecuted:
    @pytest.mark.parametrize("at", [WEEK_AGO, NOW - DAY, NOW], ids=["a week ago", "yesterday", "now"])
    def test_names_entry_caller_path_and_time(self, at):
        assert asked(executions=[execution(at)]) == (
            Answer.CLOSED,
            f"shop.price was executed for an answer 1 time, the last one by {at:%Y-%m-%d %H:%M:%S} UTC, called by "
            "shop/pay.py:7 in pay (scheduled, revision c3891a5).",
        )

    def test_names_the_last_and_counts_the_others(self):
        found = asked(executions=[execution(NOW - DAY), execution(NOW - HOUR, entry="shop.rate")])[1]
        assert (found.startswith("shop.rate "), found.endswith("(1 other entry too).")) == (True, True)

    def test_is_told_however_much_is_lost(self):
        assert (
            asked(executions=[execution(NOW)], covered=[], vanished=[Vanished(process="web 7", at=NOW)])[0]
            is Answer.CLOSED
        )


LOSSES = {
    "no mark": {"marked": {}},
    "no report": {"covered": []},
    "no report any more": {"covered": [Period(start=LONG_AGO, end=NOW - HOUR)]},
    "a day without data": {
        "covered": [Period(start=LONG_AGO, end=NOW - 3 * DAY), Period(start=NOW - 2 * DAY, end=NOW)]
    },
    "an execution that was not counted": {"lost": [Period(start=NOW - 2 * HOUR, end=NOW - HOUR)]},
    "a process that vanished": {"vanished": [Vanished(process="worker 7 on h", at=NOW - DAY)]},
    "a process without tombstones": {"unmarked": [Vanished(process="web 8 on h", at=NOW - DAY)]},
    "a revision without a tombstone": {"revisions": [ran("old", end=NOW - DAY), ran()]},
}


class TestLost:
    @pytest.mark.parametrize("changed", LOSSES.values(), ids=LOSSES)
    def test_is_never_dead(self, changed):
        answer, sentence = asked(**changed)
        assert (answer, sentence.startswith("Evidence lost: ")) == (Answer.UNKNOWN, True)

    def test_says_what_and_from_when_it_is_known_again(self):
        assert asked(vanished=[Vanished(process="worker 7 on h", at=NOW - DAY)])[1] == (
            "Evidence lost: worker 7 on h vanished after 2026-11-24 12:00:00 UTC without having written what it had "
            "executed. If nothing else is lost it is known again at 2026-12-01 12:01:00 UTC."
        )

    def test_says_the_last_and_counts_the_others(self):
        vanished = [Vanished(process="worker 7", at=NOW - 2 * DAY), Vanished(process="worker 8", at=NOW - DAY)]
        assert "worker 8 vanished" in (found := asked(vanished=vanished)[1])
        assert "(1 other loss)" in found

    @pytest.mark.parametrize(
        "changed",
        [
            {"vanished": [Vanished(process="worker 7", at=WEEK_AGO - DAY)]},
            {"unmarked": [Vanished(process="web 8", at=WEEK_AGO - DAY)]},
            {"lost": [Period(start=WEEK_AGO - DAY, end=WEEK_AGO - HOUR)]},
            {"covered": [Period(start=LONG_AGO, end=NOW - 9 * DAY), Period(start=NOW - 8 * DAY, end=NOW)]},
            {"revisions": [ran("old", end=WEEK_AGO - DAY), ran()]},
        ],
        ids=["vanished", "unmarked", "lost", "hole", "revision"],
    )
    def test_is_over_after_the_days(self, changed):
        assert asked(**changed)[0] is Answer.OPEN

    def test_is_nothing_for_a_restart(self):
        covered = [Period(start=LONG_AGO, end=NOW - DAY), Period(start=NOW - DAY + 4 * MINUTE, end=NOW)]
        assert asked(covered=covered)[0] is Answer.OPEN

    def test_is_no_entry_that_a_later_revision_has_no_more(self):
        revisions = [ran(end=NOW - DAY), ran("later", start=NOW - DAY + MINUTE)]
        assert (
            asked(
                revisions=revisions, marked={"shop.gone": frozenset({"new"}), "shop.rate": frozenset({"new", "later"})}
            )[0]
            is Answer.OPEN
        )


class TestLife:
    @pytest.mark.parametrize(
        ("changed", "price", "rate"),
        [
            ({}, Life.NOT_EXECUTED, Life.NOT_EXECUTED),
            ({"executions": [execution(NOW)]}, Life.EXECUTED, Life.NOT_EXECUTED),
            ({"covered": []}, Life.LOST, Life.LOST),
            ({"covered": [], "executions": [execution(NOW)]}, Life.EXECUTED, Life.LOST),
            (
                {"revisions": [ran(), ran("old")], "marked": MARKED | {"shop.price": frozenset({"new", "old"})}},
                Life.NOT_EXECUTED,
                Life.LOST,
            ),
        ],
        ids=["neither", "one executed", "nothing told", "executed and nothing told", "a mark missing in a revision"],
    )
    def test_is_one_of_three(self, changed, price, rate):
        found = [life_of(entry, known(**changed), ASKED) for entry in ("shop.price", "shop.rate")]
        assert found == [price, rate]
