"""Marks in comments, in every language that has comments."""

import pytest

from migration_harness.exceptions import NotRemovable
from migration_harness.retire.removal.marks import mark_of, without_marked
from migration_harness.retire.removal.retired import Retired

from .shop import ALL, MARK

ONE = Retired(phases=frozenset({1}), flags=frozenset({"a"}), seams=frozenset())


class TestMark:
    @pytest.mark.parametrize(
        "line",
        [f"# {MARK} line a", f"x = 1  // {MARK} line a", f"<!-- {MARK} line a -->", f"-- {MARK} line a",
         f"/* {MARK} line a */", f"{{# {MARK} line a #}}"],
        ids=["python", "typescript", "html", "sql", "css", "template"],
    )  # fmt: skip
    def test_is_read(self, line):
        assert (mark_of(line).kind, mark_of(line).flags) == ("line", ("a",))

    @pytest.mark.parametrize("line", ["the mark " + MARK + " line", f'x = "{MARK} line"', f"# {MARK} lines"])
    def test_is_not_what_only_speaks_of_one(self, line):
        assert mark_of(line) is None

    @pytest.mark.parametrize(
        ("flags", "left"), [("a", "1\n4\n"), ("a, b", None), ("", None)], ids=["its flag", "two flags", "none"]
    )
    def test_goes_when_all_of_its_flags_do(self, flags, left):
        text = f"1\n# {MARK} begin {flags}\n2\n# {MARK} end\n4\n"
        assert without_marked("f", text, ONE) == (left or text)

    def test_without_a_flag_goes_with_the_last_phase(self):
        assert without_marked("f", f"1\n2  # {MARK} line\n3\n", ALL) == "1\n3\n"

    @pytest.mark.parametrize(
        ("before", "after", "left"),
        [("1\n\n", "\n2\n", "1\n\n2\n"), ("1\n\n", "", "1\n"), ("", "\n2\n", "2\n"), ("1\n", "\n2\n", "1\n\n2\n")],
        ids=["between", "at the end", "at the top", "under a line"],
    )  # fmt: skip
    def test_leaves_no_gap_where_it_was(self, before, after, left):
        block = f"# {MARK} begin\ngone\n# {MARK} end\n"
        assert without_marked("f", f"{before}{block}{after}", ALL) == left

    def test_leaves_the_gaps_that_are_nobodys(self):
        text = f"1\n\n\n2\n3  # {MARK} line\n4\n\n\n5\n\n"
        assert without_marked("f", text, ALL) == "1\n\n\n2\n4\n\n\n5\n\n"

    @pytest.mark.parametrize("text",
        [f"# {MARK} begin\n1\n", f"1\n# {MARK} end\n", f"# {MARK} begin\n# {MARK} begin\n"],
                             ids=["no end", "no beginning", "two beginnings"])  # fmt: skip
    def test_has_two_ends(self, text):
        with pytest.raises(NotRemovable, match="f"):
            without_marked("f", text, ALL)
