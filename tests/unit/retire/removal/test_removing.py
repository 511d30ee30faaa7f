"""The removal of legacy code from a host that it does not know."""

import ast
import subprocess
import sys
from dataclasses import replace

import pytest

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
