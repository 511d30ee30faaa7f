"""Finders of legacy code, on trees as small as can be."""

import pytest

from migration_harness.exceptions import SourceUnreadable
from migration_harness.retire.finders import AssignedNames, Matches, ModelFields, UsedNames, quoted
from migration_harness.retire.lines import LegacyLine, Place
from migration_harness.retire.scan import count, scan

RATES = frozenset({"RATES"})


@pytest.fixture
def find(tmp_path):
    def find(finder, **files):
        """Return line and text of what a finder finds; files are named by their path, with __ for a slash."""
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_py", ".py").replace("_ts", ".ts")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (found,) = scan(tmp_path, [LegacyLine(name="x", sentence="X.", finds=(finder,))])
        return [(place.line, place.text) for place in found.places]

    return find


class TestAssignedNames:
    @pytest.mark.parametrize(
        "text",
        ["RATES = {}", "RATES: dict = {}", "A = RATES = {}", "A, RATES = {}, {}", "from x import RATES",
         "from x import OLD as RATES", "if True:\n    RATES = {}", "RATES |= {}"],
        ids=str,
    )  # fmt: skip
    def test_are_found(self, find, text):
        last = text.splitlines()[-1].strip()
        assert find(AssignedNames(path="a.py", names=RATES), a_py=text) == [(len(text.splitlines()), last)]

    @pytest.mark.parametrize(
        "text",
        ["", "# RATES = {}", '"""RATES = {}"""', "x = RATES", "OLD_RATES = {}", "from x import RATES as OTHER"],
        ids=str,
    )
    def test_are_not_found_where_nothing_is_given_that_name(self, find, text):
        assert find(AssignedNames(path="a.py", names=RATES), a_py=text) == []

    def test_of_a_file_that_does_not_exist_are_none(self, find):
        assert find(AssignedNames(path="a.py", names=RATES)) == []


class TestUsedNames:
    @pytest.mark.parametrize(
        "text",
        ["from x import RATES", "x = RATES['a']", "y = constants.RATES.get('a')", "getattr(c, 'RATES')", "RATES = 1"],
        ids=str,
    )
    def test_are_found(self, find, text):
        assert find(UsedNames(path="a.py", names=RATES), a_py=text) == [(1, text)]

    def test_are_told_once_a_line(self, find):
        assert find(UsedNames(path="a.py", names=RATES), a_py="x = RATES or RATES") == [(1, "x = RATES or RATES")]

    @pytest.mark.parametrize("text", ["# RATES", '"""About RATES."""', "x = MORE_RATES"], ids=str)
    def test_are_not_found_in_words_about_them(self, find, text):
        assert find(UsedNames(path="a.py", names=RATES), a_py=text) == []


class TestModelFields:
    MODEL = """
class Settings(models.Model):
    CHOICES = [("a", "A")]
    openai_key = models.CharField(max_length=1)
    other_key: "models.Field" = EncryptedField()
    owner = models.ForeignKey("x", on_delete=models.CASCADE)
    objects = models.Manager()
    note = ""

    class Meta:
        key = Field()

    def key(self):
        made_key = CharField()


class Other(models.Model):
    openai_key = models.CharField(max_length=1)
"""

    @pytest.mark.parametrize(
        ("finder", "names"),
        [
            ({}, ["openai_key", "other_key", "owner"]),
            ({"matching": ".*_key"}, ["openai_key", "other_key"]),
            ({"stay": frozenset({"openai_key", "owner"})}, ["other_key"]),
        ],
        ids=["all", "by name", "but those that stay"],
    )
    def test_are_those_of_that_model_alone(self, find, finder, names):
        found = find(ModelFields(path="a.py", model="Settings", **finder), a_py=self.MODEL)
        assert [text.replace(":", " ").split()[0] for _, text in found] == names


class TestMatches:
    FINDER = Matches(files=("src/**/*.ts",), but_not=("src/**/*.test.ts",), pattern=quoted("m-4", "m-4o", "a:1@2"))

    @pytest.mark.parametrize("text", ["'m-4'", '["m-4o"]', "`a:1@2`"], ids=str)
    def test_are_found_in_any_quotes(self, find, text):
        assert find(self.FINDER, src__deep__a_ts=f"\nconst x = {text};") == [(2, f"const x = {text};")]

    @pytest.mark.parametrize("text", ["'m-4omni'", "'am-4'", "'m-4\"", "m-4", "'a:1!2'"], ids=str)
    def test_are_whole_literals(self, find, text):
        assert find(self.FINDER, src__a_ts=text) == []

    def test_leave_out_what_is_left_out(self, find, tmp_path):
        (tmp_path / "src").mkdir()
        (tmp_path / "src" / "a.test.ts").write_text("'m-4'")
        (tmp_path / "src" / "a.js").write_text("'m-4'")
        assert find(self.FINDER) == []


class TestScan:
    def test_answers_every_line_in_order_and_each_place_once(self, tmp_path):
        (tmp_path / "a.py").write_text("x = 1\nRATES = x\n")
        twice = AssignedNames(path="a.py", names=RATES)
        lines = [
            LegacyLine(name="none", sentence="None.", finds=()),
            LegacyLine(name="some", sentence="Some.", finds=(twice, UsedNames(path="a.py", names=RATES))),
        ]
        found = scan(tmp_path, lines)
        assert [(each.line.name, each.places) for each in found] == [
            ("none", ()),
            ("some", (Place(path="a.py", line=2, text="RATES = x"),)),
        ]
        assert count(found) == 1

    @pytest.mark.parametrize("content", [b"def (", b"\xff\xfe'm-4'"], ids=["no Python", "no text"])
    def test_does_not_take_what_it_cannot_read_for_clean(self, tmp_path, content):
        (tmp_path / "a.py").write_bytes(content)
        line = LegacyLine(name="x", sentence="X.", finds=(UsedNames(path="a.py", names=RATES),))
        with pytest.raises(SourceUnreadable, match=r"a\.py"):
            scan(tmp_path, [line])
