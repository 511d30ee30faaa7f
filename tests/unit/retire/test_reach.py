"""What code leads to: what only a retired seam does, and what a class must not."""

import pytest

from migration_harness.retire.finders import OnlyThroughSeams, ReachedFrom
from migration_harness.retire.lines import LegacyLine
from migration_harness.retire.scan import scan

TREE = {
    "s/__init__.py": "",
    "s/seams.py": (
        "from s import new\nfrom s.legacy import old\nfrom s.rules import rule\n"
        "price = Seam(name='p', control=old.price, candidate=new.price, explain=[rule])\n"
        "other = Seam(name='q', control=old.other, candidate=new.other)\n"
    ),
    "s/use.py": "from s.seams import price, other\n\ndef view():\n    return price() + other()\n\nregister(view)\n",
    "s/new.py": "from s.shared import both\n\ndef price():\n    return both()\n\ndef other(): ...\n",
    "s/legacy/__init__.py": "",
    "s/legacy/old.py": (
        "from s.shared import both, of_old\nfrom s.tables import TABLE\n\n"
        "def price():\n    return both(of_old(TABLE))\n\ndef other(): ...\n"
    ),
    "s/shared.py": "def both(x=0): ...\n\ndef of_old(x):\n    return Box(x).weigh()\n\nclass Box:\n"
    "    def __init__(self, x): ...\n    def weigh(self): ...\n",
    "s/tables.py": "TABLE = {}\nOTHER = {}\n",
    "s/rules.py": "def _covers(): ...\n\nrule = Rule(_covers)\n",
}
FINDER = OnlyThroughSeams(files=("s/**/*.py",), but_not=("s/tests/*",))


@pytest.fixture
def find(tmp_path):
    def find(finder, files, **known):
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        (found,) = scan(tmp_path, [LegacyLine(name="x", sentence="X.", finds=(finder,))], **known)
        return [f"{place.path}: {place.text}" for place in found.places], found.unseen

    return find


def retired(find, files, *names):
    return find(FINDER, files, retired=frozenset(names))[0]


class TestWhatOnlyARetiredSeamReaches:
    def test_is_its_control_its_explanation_and_all_that_these_alone_need(self, find):
        assert retired(find, TREE, "p") == [
            "s/legacy/old.py: def price():",
            "s/rules.py: def _covers(): ...",
            "s/rules.py: rule = Rule(_covers)",
            "s/shared.py: def of_old(x):",
            "s/shared.py: class Box:",
            "s/tables.py: TABLE = {}",
        ]

    def test_is_what_bears_a_tombstone_as_well(self, find):
        marked = TREE["s/shared.py"].replace(
            "def of_old", "@tombstone(owner='o', since='2026-01-01', reason='r')\ndef of_old"
        )
        assert "s/shared.py: def of_old(x):" in retired(find, TREE | {"s/shared.py": marked}, "p")

    def test_is_a_whole_file_of_legacy_where_all_of_it_is(self, find):
        assert "s/legacy/old.py: the whole file" in retired(find, TREE, "p", "q")

    def test_is_nothing_without_a_retired_seam(self, find):
        assert retired(find, TREE) == []

    def test_is_not_known_where_nobody_asked_for_the_flags(self, find):
        assert find(FINDER, TREE)[1] == ("which flags are complete for everyone",)

    @pytest.mark.parametrize(
        "text",
        ["from s.legacy.old import price\n\ndef f():\n    price()\n\nregister(f)\n",
         "import s.legacy.old\nregister(s.legacy.old.price)\n",
         "from s.legacy import old as o\n\nclass V(View):\n    def get(self):\n        return o.price()\n",
         "CALLED = register('s.legacy.old.price')\n",
         "from s.legacy.old import *\nregister(price)\n",
         "from s.again import price as q\nregister(q)\n",
         "@task\ndef f():\n    from s.legacy.old import price\n    price()\n"],
        ids=["by name", "by module", "in a framework's class", "by a text", "by a star", "handed on", "in a task"],
    )  # fmt: skip
    def test_is_not_what_anybody_else_names(self, find, text):
        files = TREE | {"s/caller.py": text, "s/again.py": "from s.legacy.old import price\n"}
        assert not [each for each in retired(find, files, "p") if "old.py" in each or "tables" in each]

    def test_is_not_a_method_whose_name_is_used(self, find):
        files = TREE | {"s/caller.py": "from s.shared import Box\nregister(Box(1).weigh())\n"}
        assert "s/shared.py: class Box:" not in retired(find, files, "p")

    def test_is_a_method_that_only_legacy_calls(self, find):
        files = TREE | {"s/caller.py": "from s.shared import Box\nregister(Box(1))\n"}
        assert "s/shared.py: def weigh(self): ..." in retired(find, files, "p")


class TestWhatAClassReaches:
    FINDER = ReachedFrom(path="s/registry.py", start="R", names=frozenset({"RATES"}), words=("m-4",), files=("s/*.py",))

    def reached(self, find, **files):
        made = {f"s/{name}.py": text for name, text in files.items()} | {"s/__init__.py": ""}
        return find(self.FINDER, made)[0]

    def test_is_a_table_under_another_name_behind_other_modules(self, find):
        found = self.reached(
            find,
            registry="from s.b import TABLE as T\n\nclass R:\n    def cost(self, n):\n        return _of(n)\n\n"
            "def _of(n):\n    return T[n]\n",
            b="from s.c import PRICES as TABLE\n",
            c="PRICES = {'m-4': 2}\nOTHERS = {'m-4': 3}\n",
        )
        assert found == ["s/c.py: PRICES = {'m-4': 2}"]

    def test_is_what_a_module_hands_out(self, find):
        found = self.reached(
            find,
            registry="from s import b as names\n\nclass R:\n    def cost(self):\n        return names.RATES\n",
            b="RATES = load()\n",
        )
        assert found == ["s/b.py: RATES = load()"]

    def test_is_nothing_of_what_others_in_the_file_name(self, find):
        found = self.reached(
            find, registry="class R:\n    def cost(self): ...\n\ndef other():\n    return 'm-4'\n", b="X = 'm-4'\n"
        )
        assert found == []
