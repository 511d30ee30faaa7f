"""Ways in which legacy code could hide from a scan, each planted and found."""

import pytest

from migration_harness.retire.finders import AssignedNames, Fallbacks, ModelFields, NamedInPython, UsedNames, Words
from migration_harness.retire.lines import LegacyLine
from migration_harness.retire.scan import scan

RATES = frozenset({"RATES"})
MODELS = ("m-4", "m-4o", "a:1@2")


@pytest.fixture
def find(tmp_path):
    def find(finder, files):
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        (found,) = scan(tmp_path, [LegacyLine(name="x", sentence="X.", finds=(finder,))])
        return [(place.path, place.line) for place in found.places]

    return find


class TestANameThatIsGiven:
    FINDER = AssignedNames(path="a.py", names=RATES)

    @pytest.mark.parametrize(
        "text",
        ["globals()['RATES'] = {}", "globals().update(RATES={})", "setattr(me, 'RA' + 'TES', {})", "x.RATES = {}",
         "def RATES(): ...", "class RATES: ...", "globals()['_'.join(['RATES'])] = 1", "NAME = 'RATES'",
         "def __getattr__(n): return {} if n == 'RATES' else None"],
        ids=str,
    )  # fmt: skip
    def test_is_found(self, find, text):
        assert find(self.FINDER, {"a.py": text}) == [("a.py", 1)]

    def test_by_a_star_is_found_through_other_stars(self, find):
        files = {
            "p/__init__.py": "",
            "p/b.py": "from p.c import *",
            "p/c.py": "RATES = {}",
            "a.py": "from p.b import *",
        }
        assert find(self.FINDER, files) == [("a.py", 1)]

    def test_by_a_star_of_a_module_without_it_is_none(self, find):
        assert find(self.FINDER, {"b.py": "X = 1", "a.py": "from b import *\nfrom os import *"}) == []


class TestANameThatIsUsed:
    FINDER = UsedNames(path="a.py", names=RATES)

    @pytest.mark.parametrize(
        "text",
        ["getattr(c, 'RA' 'TES')", "getattr(c, f'{\"RATES\"}')", "vars(c)['RATES']", "import_string('RATES')"],
        ids=str,
    )
    def test_is_found_as_a_text(self, find, text):
        assert find(self.FINDER, {"a.py": text}) == [("a.py", 1)]

    def test_is_found_by_a_name_for_a_text(self, find):
        assert find(self.FINDER, {"a.py": "N = 'RAT'\nx = getattr(c, N + 'ES')"}) == [("a.py", 2)]

    def test_is_found_by_a_star(self, find):
        assert find(self.FINDER, {"b.py": "RATES = {}", "a.py": "x = 1\nfrom b import *"}) == [("a.py", 2)]


class TestAField:
    MODEL = "class S(models.Model):\n"
    FINDER = ModelFields(path="app/m.py", model="S", matching=".*_key", anywhere=("**/*.py",), but_not=("tests/*",))

    @pytest.mark.parametrize(
        "body",
        ["    if True:\n        a_key = CharField()", "    locals()['a_key'] = CharField()",
         "    renamed = CharField(db_column='a_key')", "    for n in names: locals()[n] = CharField()",
         "    try:\n        pass\n    except E:\n        a_key = CharField()", "    a_key: X = make_secret_Field()"],
        ids=str,
    )  # fmt: skip
    def test_in_the_class_is_found(self, find, body):
        assert [path for path, _ in find(self.FINDER, {"app/m.py": self.MODEL + body})] == ["app/m.py"]

    def test_of_a_parent_in_another_file_is_found(self, find):
        files = {
            "app/m.py": "from app.n import Keys\nclass S(Keys): ...",
            "app/n.py": "from .o import Deep as D\nclass Keys(D): ...",
            "app/o.py": "class Deep(models.Model):\n    a_key = CharField()",
        }
        assert find(self.FINDER, files) == [("app/o.py", 2)]

    @pytest.mark.parametrize(
        "text",
        ["S.add_to_class('a_key', CharField())", "CharField().contribute_to_class(S, 'a_' + 'key')",
         "setattr(S, 'a_key', CharField())", "S.a_key = CharField()", "setattr(m.S, name, CharField())",
         "apps.get_model('app.S').add_to_class('a_key', X())"],
        ids=str,
    )  # fmt: skip
    def test_put_onto_the_class_elsewhere_is_found(self, find, text):
        assert find(self.FINDER, {"app/m.py": self.MODEL + "    pass", "app/x.py": text}) == [("app/x.py", 1)]

    @pytest.mark.parametrize("text", ["S.add_to_class('size', CharField())", "setattr(T, 'a_key', 1)", "S.a_key = 'x'"])
    def test_of_another_name_or_class_is_none(self, find, text):
        assert find(self.FINDER, {"app/m.py": self.MODEL + "    pass", "app/x.py": text}) == []


class TestAModelInPython:
    FINDER = NamedInPython(files=("**/*.py",), words=MODELS, but_not=("seed.py",))

    @pytest.mark.parametrize(
        "text",
        ["OTHER = {'m-4': 1}", "x = ('a', 'M-4o')", "class M(TextChoices):\n    A = 'a:1@2', 'A'", "x = 'm' + '-4'",
         "if x == 'm-4': ...", "x = {'label': 'our m-4.'}", "x = 'm-%s' % 4", "P = 'm-'\nx = f'{P}4o'"],
        ids=str,
    )  # fmt: skip
    def test_is_found_in_whatever_it_stands(self, find, text):
        assert find(self.FINDER, {"a.py": text}) == [("a.py", text.count("\n") + 1)]

    def test_of_many_lines_is_told_where_the_statement_begins(self, find):
        assert find(self.FINDER, {"a.py": "x = 1\nRATES = {\n    'm-4': 1,\n    'm-4o': 2,\n}\n"}) == [("a.py", 2)]

    @pytest.mark.parametrize("text", ['"""m-4"""', "# m-4", "x = 'm-45'", "x = 'am-4'", "x = 'm-4.1'"], ids=str)
    def test_is_none_of_another_name_nor_of_words_about_it(self, find, text):
        assert find(self.FINDER, {"a.py": text, "seed.py": "x = 'm-4'"}) == []


class TestAModelInAPage:
    FINDER = Words(files=("src/**/*",), words=MODELS)

    @pytest.mark.parametrize(
        "text",
        ["'m-4'", "<option>m-4</option>", "`m-4o`", "VITE_MODEL=m-4", '"m-" + "4"', "`m-${4}`", "`m-${'4o'}`",
         '"\\u006d-4"', '"\\x6d\\u{2d}4"', '["m", "4"].join("-")', "<b>m&#45;4</b>", "'M-4o'", "{ \"m-4\": 1 }",
         "'a:' + '1' + '@2'", "// m-4"],
        ids=str,
    )  # fmt: skip
    def test_is_found_however_it_is_written(self, find, text):
        assert find(self.FINDER, {"src/a.tsx": f"\n{text}"}) == [("src/a.tsx", 2)]

    def test_is_told_on_its_line_below_texts_of_several_lines(self, find):
        assert find(self.FINDER, {"src/a.ts": "x = 'a' +\n  'b'\n\ny = 'm-4'\nz = 'm' +\n '-4'"}) == [
            ("src/a.ts", 4),
            ("src/a.ts", 6),
        ]

    @pytest.mark.parametrize("text", ["'m-45'", "'m-4o-mini'", "'am-4'", "'m' + 4", "m - 4", "'a:1@23'"], ids=str)
    def test_is_none_of_another_name(self, find, text):
        assert find(self.FINDER, {"src/a.ts": text}) == []


class TestAFallback:
    FINDER = Fallbacks(path="a.py")

    @pytest.mark.parametrize(
        "text",
        ["try:\n    f()\nexcept E:\n    return_(TABLE)", "x = TABLE.get(k, DEFAULT)", "x = rows.get(k, 0.5)",
         "x = row or DEFAULT", "x = row or 'basic'", "x = row or Decimal('1')", "x = row.a if row else DEFAULT",
         "x = row.a if row else 1", "x = getattr(row, 'a', 1)", "x = next(rows, DEFAULT)", "x = {**DEFAULTS, **rows}",
         "x = ChainMap(rows, y)", "x = DEFAULTS | rows", "with suppress(E): f()", "x = row or TABLE[k]",
         "x = row or c.TABLE.get(k)", "x = d.setdefault(k, 1)", "x = Coalesce(F('a'), V(1))"],
        ids=str,
    )  # fmt: skip
    def test_is_found(self, find, text):
        assert len(find(self.FINDER, {"a.py": text})) == 1

    @pytest.mark.parametrize(
        "text",
        ["try:\n    f()\nexcept E as e:\n    raise F from e", "x = rows.get(k)", "x = row or None", "x = a or b",
         "x = rows if t is None else rows.all()", "x = a / MILLION", "x = getattr(row, 'a', None)", "x = {**rows}",
         "x = int | None"],
        ids=str,
    )  # fmt: skip
    def test_is_none_where_nothing_takes_the_place(self, find, text):
        assert find(self.FINDER, {"a.py": text}) == []
