"""Lines of legacy code that answered, and what is known of the others."""

from datetime import UTC, datetime, timedelta

import pytest

from migration_harness.evidence.life import Life
from migration_harness.evidence.lines import Precision, of_file, ranges, sentence_of
from migration_harness.evidence.unused import RevisionSeen, SeenLine

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SINCE = NOW - 7 * DAY
FILE = "shop/legacy/price.py"


def seen(line, *, file=FILE, version="v1", at=NOW):
    return SeenLine(file=file, version=version, line=line, last_at=at)


def asked(*lines, **changed):
    given = {"version": "v1", "lines": frozenset({3, 4, 7}), "precision": Precision.LINE, "is_lost": False} | changed
    return of_file(FILE, seen=lines, **given)


class TestFile:
    def test_has_lines_that_answered_and_others(self):
        found = asked(seen(4), seen(9, file="shop/legacy/other.py"))
        assert (found.executed, found.others, found.life, found.last_at) == ([4], [3, 7], Life.NOT_EXECUTED, NOW)

    @pytest.mark.parametrize(
        ("lines", "changed"),
        [
            ([], {"precision": Precision.ENTRY}),
            ([], {"is_lost": True}),
            ([seen(5, version="v0")], {}),
        ],
        ids=["a process that sees no lines", "evidence lost", "another version that answered"],
    )
    def test_has_others_of_which_nobody_knows(self, lines, changed):
        assert asked(*lines, **changed).life is Life.LOST

    def test_has_no_line_of_another_version(self):
        found = asked(seen(4, version="v0"), seen(4, version="v0", at=NOW - DAY))
        assert (found.executed, found.elsewhere, found.last_at) == ([], 1, NOW)


class TestRevision:
    @pytest.mark.parametrize(
        ("changed", "expected"),
        [
            ({"lines_from": SINCE - DAY}, True),
            ({"first_at": NOW - DAY, "lines_from": NOW - DAY}, True),
            ({}, False),
            ({"lines_from": NOW - DAY}, False),
            ({"lines_from": SINCE - DAY, "entries_at": NOW - DAY}, False),
            ({"lines_from": SINCE - DAY, "entries_at": SINCE - DAY}, True),
            ({"revision": "", "lines_from": SINCE - DAY}, False),
        ],
        ids=[
            "from its start", "from its start, later", "of before there were lines", "from later on",
            "beside a process by entry", "after the last process by entry", "without a name",
        ],
    )  # fmt: skip
    def test_saw_lines(self, changed, expected):
        given = {"revision": "c3891a5", "first_at": SINCE - DAY, "last_at": NOW} | changed
        assert RevisionSeen(**given).saw_lines(SINCE) is expected


class TestRanges:
    @pytest.mark.parametrize(
        ("lines", "expected"),
        [
            ([], ""),
            ([3], "3"),
            ([3, 4, 5, 9], "3-5, 9"),
            (list(range(1, 21, 2)), "1, 3, 5, 7, 9, 11, 13, 15, 2 more"),
        ],
        ids=["none", "one", "some", "many"],
    )
    def test_are_as_people_read_them(self, lines, expected):
        assert ranges(lines) == expected


class TestSentence:
    def test_is_none_where_there_are_no_lines(self):
        assert sentence_of([]) == ""

    def test_names_lines_of_each_file_as_it_was_last(self):
        found = sentence_of([seen(9, version="v0", at=NOW - DAY), seen(3), seen(4), seen(1, file="shop/legacy/a.py")])
        assert found.endswith(": shop/legacy/a.py 1; shop/legacy/price.py 3-4.")

    def test_counts_what_is_too_much(self):
        assert sentence_of([seen(1, file=f"legacy/{each}.py") for each in range(5)]).endswith("2 more files.")
