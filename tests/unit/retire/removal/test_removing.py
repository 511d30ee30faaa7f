"""The removal of legacy code from a host that it does not know."""

import ast
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from migration_harness.exceptions import NotRemovable
from migration_harness.retire.removal.removing import remove
from migration_harness.retire.removal.tree import Tree

from .shop import ALL, MARK, PARCELS, removed


@pytest.fixture(scope="module")
def whole():
    return removed()


class TestRemoval:
    def test_leaves_nothing_that_would_dangle(self, whole):
        assert whole[1].left == ()

    def test_takes_seams_legacy_folders_and_what_only_they_had_used(self, whole):
        gone = [each.path for each in whole[1].changes if each.after is None]
        assert gone == [
            "shop/book/legacy/__init__.py",
            "shop/book/legacy/bought.py",
            "shop/book/seams.py",
            "shop/parcels/explaining.py",
            "shop/parcels/legacy/__init__.py",
            "shop/parcels/legacy/volume.py",
            "shop/parcels/seams.py",
        ]

    def test_lets_callers_ask_the_candidate_and_keeps_all_else_as_it_is_written(self, whole):
        assert whole[0].text("shop/checkout.py") == (
            '"""What a customer pays."""\n'
            "from shop.book.own import find\n"
            "from shop.parcels.tables import VAT\n"
            "from shop.parcels.weight import price as parcel_price\n"
            "\n\n"
            "def pay(request, *, name: str, grams: int) -> str:\n"
            "    # What a comment says stays as it is.\n"
            "    cents = parcel_price(grams = grams)   # Odd, and its own.\n"
            "    if grams:\n"
            "        cents += VAT\n"
            "    else:\n"
            "        cents += old_vat()\n"
            '    return f"{find(name=name)}: {cents}"\n'
            "\n\n"
            "def old_vat() -> int:\n"
            "    return 16\n"
        )

    def test_takes_a_name_that_only_legacy_had_used_with_its_text(self, whole):
        assert whole[0].text("shop/parcels/tables.py") == '"""Numbers."""\n\nVAT = 19\n"""In percent."""\n'

    def test_takes_the_flags_out_of_the_plan_and_leaves_the_phases(self, whole):
        text = whole[0].text("shop/plan.py")
        assert ('name="Parcels"' in text, 'name="Addresses"' in text) == (True, True)
        assert ("PlannedFlag" in text, "drops" in text, "flags" in text) == (False, False, False)

    def test_shows_what_templates_show_where_the_flags_are_on(self, whole):
        assert whole[0].text("shop/templates/pay.html") == (
            "{% load i18n waffle_tags %}\n<p>{% if heavy %}heavy{% else %}light{% endif %}</p>\n<p>our own</p>\n"
            '{% comment %}{% flag "by-weight" %}{% endcomment %}\n'
        )

    def test_takes_the_decorators_off_views(self, whole):
        text = whole[0].text("shop/views.py")
        assert ("waffle" in text, "method_decorator" in text, "FLAG" in text) == (False, False, False)
        assert "\ndef book(request):\n" in text
        assert "\nclass Parcels:\n" in text
        assert text.endswith("urls = [plain]\n")

    def test_leaves_the_transaction_of_a_charge(self, whole):
        text = whole[0].text("shop/till.py")
        assert "    with read_committed():\n        book.append(price(grams=grams))\n\n" in text
        assert "from migration_harness.api import charge, read_committed\n" in text

    def test_leaves_a_charge_that_is_asked_for_something(self, whole):
        assert '    with charge(operation_id="told") as made:\n' in whole[0].text("shop/till.py")

    def test_takes_settings_that_name_what_is_gone(self, whole):
        assert whole[0].text("shop/settings.py").endswith('HARNESS = {"PLAN": "shop.plan.PLAN"}\n')

    def test_takes_lines_of_configuration_and_the_key_that_is_left_empty(self, whole):
        assert whole[0].text(".importlinter") == "[importlinter:contract:one]\nname = One\n"

    def test_drops_fields_their_choices_and_tables_by_a_schema_migration(self, whole):
        models, migration = (
            whole[0].text("shop/models.py"),
            whole[0].text("shop/migrations/0002_post_legacy_removed.py"),
        )
        assert ("book" in models, "BOOKS" in models, "BoughtAddress" in models) == (False, False, False)
        assert 'migrations.DeleteModel(name="BoughtAddress")' in migration
        assert 'migrations.RemoveField(model_name="customer", name="book")' in migration
        assert '("shop", "0001_initial")' in migration

    def test_takes_the_tests_of_what_is_gone_and_no_other(self, whole):
        names = [
            node.name
            for node in ast.walk(ast.parse(whole[0].text("tests/test_checkout.py")))
            if isinstance(node, ast.FunctionDef)
        ]
        assert names == ["test_vat", "test_finds_the_address"]

    def test_leaves_a_host_whose_tests_pass(self, whole, tmp_path):
        for path in whole[0]:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(whole[0].text(path))
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:django", "-p", "no:cacheprovider", "tests"],
            cwd=tmp_path, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(tmp_path)},
        )  # fmt: skip
        assert "2 passed" in done.stdout, done.stdout

    def test_changes_nothing_a_second_time(self, whole):
        again = Tree({path: whole[0].text(path) for path in whole[0]})
        assert remove(again, replace(ALL, drops=()), apps={}).changes == ()


class TestAModuleThatATextNames:
    """As addresses are included: Django looks for their list there, and its name stands nowhere."""

    LIST = "from shop import checkout\n\nurlpatterns = [checkout.pay]\n"
    LEGACY = "# @legacy file\nfrom shop import parts\n\n\ndef every():\n    return parts.urlpatterns\n"

    @pytest.mark.parametrize(
        "namer",
        [
            'urlpatterns = [include("shop.parts")]\n',
            'NAMES = {"ROOT_URLCONF": "shop.parts"}\n',
            'def main():\n    return import_module("shop.parts")\n',
        ],
    )
    def test_keeps_what_only_legacy_code_had_asked_for_by_name(self, namer):
        tree, _ = removed(**{"shop/parts.py": self.LIST, "shop/measured.py": self.LEGACY, "shop/root.py": namer})
        assert (tree.text("shop/parts.py"), "shop/measured.py" in tree) == (self.LIST, False)

    def test_loses_it_where_the_text_is_legacy_too(self):
        mark = "# @legacy file\n"
        root = f'{mark}urlpatterns = [include("shop.parts")]\n'
        tree, _ = removed(**{"shop/parts.py": self.LIST, "shop/measured.py": self.LEGACY, "shop/root.py": root})
        assert "shop/parts.py" not in tree


class TestOnePhase:
    def test_leaves_the_others(self):
        tree, found = removed(PARCELS)
        assert found.left == ()
        assert "shop/book/legacy/bought.py" in tree
        assert "shop/parcels/legacy/volume.py" not in tree
        assert "from shop.book.seams import find\n" in tree.text("shop/checkout.py")
        assert "not in the bought book" in tree.text("shop/checkout.py")

    def test_is_required_by_nobody_any_more(self):
        tree, _ = removed(PARCELS)
        assert 'PlannedFlag(name="own-book", seams=("book.find",))' in tree.text("shop/plan.py")


class TestATest:
    """What of a test file goes with the legacy code."""

    def test_goes_with_a_fixture_that_it_imports(self):
        fixture = "import pytest\n\n\n@pytest.fixture\ndef weighed():\n    return 'by-weight'\n"
        test = (
            "from tests.weighing import weighed  # noqa: F401\n\n\n"
            "def test_it(weighed):\n    assert weighed\n\n\ndef test_other():\n    assert 1\n"
        )
        tree, _ = removed(**{"tests/weighing.py": fixture, "tests/test_weighing.py": test})
        assert tree.text("tests/test_weighing.py").strip() == "def test_other():\n    assert 1"

    def test_goes_where_it_names_a_flag_by_a_constant_that_is_given_with_another(self):
        text = (
            'FLAG, SIZE = "by-weight", 3\n\n\n'
            "def test_it():\n    assert FLAG\n\n\n"
            "def test_size():\n    assert SIZE\n\n\n"
            "def test_vat():\n    assert 1\n"
        )
        tree, _ = removed(**{"tests/test_flags.py": text})
        assert tree.text("tests/test_flags.py").strip() == "def test_vat():\n    assert 1"

    def test_goes_with_its_mark_and_its_class_with_the_last_of_them(self):
        test = "    @pytest.mark.legacy\n    def test_it(self):\n        assert 1\n"
        text = f"import pytest\n\n\nclass TestOld:\n{test}\n\ndef test_vat():\n    assert 1\n"
        tree, _ = removed(**{"tests/test_marked.py": text})
        assert tree.text("tests/test_marked.py").strip() == "def test_vat():\n    assert 1"

    def test_takes_along_the_fixture_that_only_it_had_needed(self):
        fixtures = "".join(
            f"@pytest.fixture{options}\ndef {name}():\n    return 1\n\n\n"
            for name, options in {"weighed": "", "measured": "", "always": "(autouse=True)", "spare": ""}.items()
        )
        test = "def test_it(weighed):\n    assert 'by-weight'\n\n\ndef test_vat(measured):\n    assert measured\n"
        tree, _ = removed(**{"tests/conftest.py": f"import pytest\n\n\n{fixtures}", "tests/test_weighing.py": test})
        assert re.findall(r"def (\w+)", tree.text("tests/conftest.py")) == ["measured", "always", "spare"]

    def test_goes_with_a_fixture_that_every_test_of_its_folder_has(self):
        fixture = "import pytest\n\n\n@pytest.fixture(autouse=True)\ndef _heavy():\n    return 'by-weight'\n"
        fixture += "\n\n@pytest.fixture\ndef weighed():\n    return 1\n"
        test = "def test_it():\n    assert 1\n"
        of = {"tests/heavy/conftest.py": fixture, "tests/heavy/a/test_it.py": test, "tests/light/test_it.py": test}
        tree, _ = removed(**of)
        assert [path for path in tree if "test_it" in path] == ["tests/light/test_it.py"]

    def test_goes_with_a_fixture_that_every_test_of_its_class_has(self):
        fixture = "    @pytest.fixture(autouse=True)\n    def _heavy(self):\n        return 'by-weight'\n\n"
        old = f"class TestHeavy:\n{fixture}    def test_it(self):\n        assert 1\n"
        tree, _ = removed(**{"tests/test_it.py": f"import pytest\n\n\n{old}\n\ndef test_vat():\n    assert 1\n"})
        assert tree.text("tests/test_it.py").strip() == "def test_vat():\n    assert 1"

    def test_takes_along_the_modules_that_only_it_had_led_to(self):
        old = 'START = ["-m", "tests.old.scales:app"]\n\n\ndef test_it():\n    assert "by-weight"\n'
        tree, _ = removed(
            **{
                "tests/old/__init__.py": "",
                "tests/old/test_scales.py": old,
                "tests/old/scales.py": "from .beam import LENGTH\n\n\ndef app():\n    return LENGTH\n",
                "tests/old/conftest.py": "from tests.old import rope\n",
                "tests/old/rope.py": "LENGTH = 1\n",
                "tests/conftest.py": "LENGTH = 1\n",
                "tests/old/beam.py": "LENGTH = 1\n",
                "tests/started.py": "print(1)\n",
                "tests/served.py": "print(1)\n",
                "tests/unled.py": "print(1)\n",
                "tests/test_started.py": 'def test_it():\n    assert Path(__file__).with_name("started.py")\n',
                "Makefile": "serve:\n\tpython -m tests.served\n",
            }
        )  # fmt: skip
        left = [path for path in tree if path.startswith("tests/") and path != "tests/test_checkout.py"]
        assert left == [
            "tests/conftest.py",
            "tests/served.py",
            "tests/started.py",
            "tests/test_started.py",
            "tests/unled.py",
        ]

    def test_takes_along_a_class_that_cannot_be_made_any_more(self):
        made = "    def __init__(self):\n        self.flag = 'by-weight'\n\n"
        scales = f"class Scales:\n{made}    def empty(self):\n        return 0\n"
        test = "from tests.scales import Scales\n\n\ndef test_it():\n    assert Scales().empty() == 0\n"
        tree, _ = removed(**{"tests/scales.py": scales, "tests/test_scales.py": test})
        assert [path for path in tree if "scales" in path] == []

    def test_keeps_a_plan_of_its_own(self):
        text = (
            'PLAN = [Phase(number=1, drops=("own",), flags=(PlannedFlag(name="own"),))]\n\n\n'
            "def test_it():\n    assert PLAN\n"
        )
        tree, _ = removed(**{"tests/test_plans.py": text})
        assert tree.text("tests/test_plans.py") == text

    def test_keeps_the_tombstones_that_it_plants_itself(self):
        text = "def test_it(planted):\n    planted.reached()\n    assert planted.count == 1\n"
        tree, _ = removed(**{"tests/test_planted.py": text})
        assert tree.text("tests/test_planted.py") == text


class TestADocument:
    def test_names_no_test_that_is_gone(self):
        gone, stays = "`tests/test_checkout.py::TestPay::test_is_by_volume`", "`tests/test_checkout.py::test_vat`"
        head = "| claim | shown by |\n|---|---|\n"
        text = f"{head}| a | {gone} |\n| b | {gone}, {stays} |\n| c | {stays}; its owner's own, too: {gone} |\n"
        tree, _ = removed(**{"docs/claims.md": text})
        assert tree.text("docs/claims.md") == f"{head}| b | {stays} |\n| c | {stays} |\n"

    def test_that_names_a_test_that_nobody_had_is_left_alone(self):
        text = "| a | `tests/test_checkout.py::test_nowhere` |\n"
        tree, _ = removed(**{"docs/claims.md": text})
        assert tree.text("docs/claims.md") == text


class TestATemplate:
    @pytest.mark.parametrize(
        ("text", "left"),
        [
            ("{% load waffle_tags %}\n{% flag 'by-weight' %}a{% endflag %}\n", "a\n"),
            ("{% flag 'by-weight' %}{% flag 'own-book' %}a{% endflag %}{% else %}b{% endflag %}", "a"),
            ("{% flag 'other' %}{% flag 'by-weight' %}a{% else %}b{% endflag %}{% endflag %}", None),
            ("{% switch 'x' %}a{% else %}b{% endswitch %}", "{% switch 'x' %}a{% else %}b{% endswitch %}"),
        ],
        ids=["alone", "inside another", "inside one that stays", "of a switch"],
    )
    def test_has_what_is_shown_where_the_flag_is_on(self, text, left):
        tree, _ = removed(**{"shop/templates/a.html": text})
        assert tree.text("shop/templates/a.html") == (left or "{% flag 'other' %}a{% endflag %}")


class TestAView:
    def test_that_is_there_only_without_the_flag_is_named(self):
        text = (
            "from waffle.decorators import waffle_flag\n\n\n@waffle_flag('!by-weight')\ndef v(request):\n    return 1\n"
        )
        with pytest.raises(NotRemovable, match="only while by-weight is off"):
            removed(**{"shop/old_views.py": text})


class TestWhatWouldDangle:
    def test_is_named(self):
        _, found = removed(
            **{"shop/old.py": "from shop.parcels.legacy import volume\n\n\ndef f():\n    return volume\n"}
        )
        assert [each.told for each in found.left] == ["shop/old.py (f) uses volume"]

    def test_is_not_what_is_marked(self):
        text = (
            "from shop.parcels.legacy import volume\n\n\n"
            f"def f():\n    # {MARK} begin\n    volume.price(grams=1)\n    # {MARK} end\n    return 1\n"
        )
        tree, found = removed(**{"shop/old.py": text})
        assert (found.left, tree.text("shop/old.py")) == ((), "\n\ndef f():\n    return 1\n")

    def test_is_a_caller_that_asks_the_seam_for_more_than_its_answer(self):
        text = "from shop.parcels.seams import price\n\n\ndef f():\n    return price.name\n"
        _, found = removed(**{"shop/old.py": text})
        assert [each.told for each in found.left] == ["shop/old.py (price) uses name"]
