"""What is known of legacy data past the tombstones: three answers, never two."""

from datetime import UTC, datetime, timedelta

import pytest

from migration_harness.evidence.beyond import (
    FRESH,
    Followed,
    KnownBeyond,
    StatementUse,
    TableUse,
    lives_beyond,
)
from migration_harness.evidence.life import Life
from migration_harness.evidence.quiet import Period

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
START = NOW - 7 * DAY
LONG = Followed(since=NOW - 30 * DAY, looked_at=NOW)


def whole(**changed):
    known = KnownBeyond(**{"tables": [("tariff", LONG)]} | changed)
    (found,) = lives_beyond(known, start=START, now=NOW)
    return found.life, found.sentence


def columns(**changed):
    known = KnownBeyond(**{"columns": ["settings"], "source": LONG} | changed)
    (found,) = lives_beyond(known, start=START, now=NOW)
    return found.life, found.sentence


def use(reads=0, writes=0, *, ago=DAY):
    return TableUse(table="tariff", reads=reads, writes=writes, first_at=NOW - ago - HOUR, last_at=NOW - ago)


def ran(table="tariff", *, calls=1, is_dump=False, ago=DAY):
    return StatementUse(
        table=table, role="reporting", statement="SELECT * FROM it", is_dump=is_dump, calls=calls,
        first_at=NOW - ago - HOUR, last_at=NOW - ago,
    )  # fmt: skip


class TestWholeTable:
    def test_that_nobody_used_is_proven_dead_by_the_counters_alone(self):
        assert whole() == (Life.NOT_EXECUTED, "Nobody read or wrote tariff, as the database counts it.")

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"tables": [("tariff", None)]}, "nobody has looked at the counters of tariff yet"),
            (
                {"tables": [("tariff", Followed(since=LONG.since, looked_at=NOW - FRESH - SECOND))]},
                "nobody has looked at the counters of tariff since",
            ),
            (
                {"tables": [("tariff", Followed(since=NOW - DAY, looked_at=NOW, broken="a crash"))]},
                "followed only since 2026-11-24 12:00:00 UTC: a crash",
            ),
            ({"followers": (1, NOW - DAY)}, "1 server receives the changes of this one"),
            ({"uses": [use(2)]}, "2 scans and 0 rows written"),
            (
                {"uses": [use(2)], "source": LONG, "aside": [Period(start=NOW - DAY, end=NOW - DAY)]},
                "legacy code ran beside the answers then",
            ),
        ],
        ids=[
            "never looked",
            "not any more",
            "counters begun anew",
            "a standby",
            "a scan by nobody knows whom",
            "aside",
        ],
    )
    def test_of_which_nobody_can_know_is_lost(self, changed, words):
        life, sentence = whole(**changed)
        assert (life, words in sentence) == (Life.LOST, True), sentence

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"statements": [ran(calls=3)]}, "The role reporting ran on tariff, 3 times by"),
            ({"uses": [use(writes=1)]}, "0 scans and 1 row written"),
            ({"uses": [use(2)], "source": LONG}, "2 scans and 0 rows written"),
            ({"uses": [use(2)], "source": LONG, "statements": [ran(is_dump=True)]}, "1 scan and 0 rows written"),
        ],
        ids=["a statement", "a write", "a scan that no other role made", "more scans than copies"],
    )
    def test_that_somebody_used_is_executed(self, changed, words):
        life, sentence = whole(**changed)
        assert (life, words in sentence) == (Life.EXECUTED, True), sentence

    def test_that_was_copied_by_a_dump_is_dead_where_statements_tell_so(self):
        copied = {"uses": [use(2)], "statements": [ran(calls=2, is_dump=True)]}
        assert whole(**copied, source=LONG) == (
            Life.NOT_EXECUTED,
            "Nobody read or wrote tariff but for 2 copies of it as a whole, as the database counts it.",
        )
        assert whole(**copied)[0] is Life.LOST

    def test_that_was_used_before_the_days_is_not_asked(self):
        assert whole(uses=[use(9, ago=8 * DAY)], statements=[ran(ago=8 * DAY)])[0] is Life.NOT_EXECUTED


class TestColumns:
    def test_that_no_other_role_names_are_not_executed(self):
        assert columns() == (Life.NOT_EXECUTED, "No other role ran a statement that reads the columns of settings.")

    def test_are_lost_without_a_source_of_statements(self):
        life, sentence = columns(source=None, missing="it is not installed")
        assert (life, "nothing keeps them (it is not installed)" in sentence) == (Life.LOST, True)

    def test_are_lost_where_statements_were_dropped(self):
        life, sentence = columns(source=Followed(since=NOW - DAY, looked_at=NOW, broken="some were dropped"))
        assert (life, "some were dropped" in sentence) == (Life.LOST, True)

    def test_that_another_role_names_are_executed(self):
        assert columns(statements=[ran("settings")])[0] is Life.EXECUTED
        assert columns(statements=[ran("settings", is_dump=True)])[0] is Life.NOT_EXECUTED
