"""The literal of a composite value: what PostgreSQL reads from it is what was put in."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from migration_harness.comparing.comparator import Verdict
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.log.literals import composite, keepable

pytestmark = pytest.mark.django_db

COLUMNS = [
    "at",
    "seam",
    "flag_epoch",
    "stage",
    "account_id",
    "account_plan",
    "execution_path",
    "group_by",
    "verdict",
    "signature",
    "control_measure",
    "candidate_measure",
    "control_ns",
    "candidate_ns",
    "operation_id",
    "request_id",
    "run",
    "revision",
]
HARD = st.sampled_from([*list("\"'\\,(){}\n\r\t ;$%_\x7f\x01aäß漢🙂"), "NULL", "null", "\\x00", '""', "{}", "()"])
text = st.lists(HARD, max_size=8).map("".join) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20
)
bigint = st.integers(min_value=-(2**63), max_value=2**63 - 1)
measure = st.none() | bigint | st.decimals(allow_nan=False, allow_infinity=False, places=6, max_value=10**18)
at = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
row = st.tuples(
    at, text, bigint, text, text, text, st.sampled_from(ExecutionPath), st.lists(text, max_size=4),
    st.sampled_from(Verdict), st.none() | text, measure, measure, bigint, bigint, text, text, text, text,
)  # fmt: skip
LAW = settings(max_examples=300)
PLAIN = (
    datetime(2026, 1, 4, tzinfo=UTC), "s", 1, "shadow", "1", "2", ExecutionPath.DIRECT, ["a"], Verdict.MATCH, None,
    Decimal(1), 2, 3, 4, "op", "r", "", "",
)  # fmt: skip


def read(values):
    """Return what PostgreSQL reads in the literal of these values."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (%s::migration_harness_recorded).*", [composite(values)])
        assert [column.name for column in cursor.description] == COLUMNS
        return cursor.fetchone()


class TestComposite:
    @LAW
    @given(values=row)
    def test_is_read_as_what_was_put_in(self, values):
        assert read(values) == values

    @pytest.mark.parametrize("value", ["", " ", "NULL", '"', "\\", "a\\", '\\"', "(,)", "{a,b}", "a\nb", "'"])
    def test_keeps_a_hard_text_in_every_place(self, value):
        places = [n for n, each in enumerate(PLAIN) if isinstance(each, str)]
        values = [value if n in places else [value, "", value] if n == 7 else each for n, each in enumerate(PLAIN)]
        assert list(read(values)) == values

    @pytest.mark.parametrize("bad", ["\x00", "\ud800"], ids=["NUL", "half a surrogate pair"])
    def test_replaces_what_no_text_can_hold_and_nothing_else(self, bad):
        values = [f"ä{bad}b" if n == 15 else [f"x{bad}", "y"] if n == 7 else each for n, each in enumerate(PLAIN)]
        found = read(values)
        assert (found[15], found[7]) == ("ä\ufffdb", ["x\ufffd", "y"])
        assert found[:7] + found[8:15] == PLAIN[:7] + PLAIN[8:15]


class TestKeepable:
    def test_reaches_the_texts_inside(self):
        assert keepable({"a\x00": ["b\ud800", 1, None, {"c": "\x00"}]}) == {
            "a\ufffd": ["b\ufffd", 1, None, {"c": "\ufffd"}],
        }

    @given(text)
    def test_changes_no_text_that_can_be_kept(self, value):
        assert keepable(value) == value
