"""Which modules a candidate runs on: each way to import, followed or said not to be."""

import compileall
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migration_harness.seams.closure.walking import Code

PACKAGE = {
    "shop/__init__.py": "",
    "shop/pricing.py": "",
    "shop/rates.py": "RATE = 1",
    "shop/deep/__init__.py": "",
    "shop/deep/tariff.py": "RATE = 1",
    "shop/deep/other.py": "RATE = 1",
    "shop/views.py": "RATE = 1",
    "shop/tests/test_rates.py": "RATE = 1",
}

FOLLOWED = {
    "import": ("import shop.rates", {"shop/rates.py"}),
    "import as": ("import shop.rates as tariff", {"shop/rates.py"}),
    "a module of a package": ("from shop import rates", {"shop/rates.py"}),
    "an attribute": ("from shop.rates import RATE", {"shop/rates.py"}),
    "relative": ("from . import rates", {"shop/rates.py"}),
    "relative attribute": ("from .rates import RATE", {"shop/rates.py"}),
    "relative and deep": ("from .deep.tariff import RATE", {"shop/deep/__init__.py", "shop/deep/tariff.py"}),
    "the packages around it": ("import shop.deep.tariff", {"shop/deep/__init__.py", "shop/deep/tariff.py"}),
    "in a function": ("def price():\n    from shop.rates import RATE\n    return RATE", {"shop/rates.py"}),
    "in a class": ("class Price:\n    from shop.rates import RATE", {"shop/rates.py"}),
    "in a try": ("try:\n    import nothing_at_all\nexcept ImportError:\n    import shop.rates", {"shop/rates.py"}),
    "in a condition": ("import os\nif os.environ.get('X'):\n    import shop.rates", {"shop/rates.py"}),
    "in a lambda": ("price = lambda: __import__('shop.rates')", {"shop/rates.py"}),
    "by a star": ("from shop.rates import *", {"shop/rates.py"}),
    "by name": ("import importlib\nimportlib.import_module('shop.rates')", {"shop/rates.py"}),
    "by a bound name": ("from importlib import import_module as load\nload('shop.rates')", {"shop/rates.py"}),
    "by name, relative": ("from importlib import import_module\nimport_module('.rates', 'shop')", {"shop/rates.py"}),
    "by name, relative to here": (
        "from importlib import import_module\nimport_module('.rates', __package__)",
        {"shop/rates.py"},
    ),
    "by name, put together": ("__import__('shop.' + 'rates')", {"shop/rates.py"}),
    "by a keyword": ("from importlib import import_module\nimport_module(name='shop.rates')", {"shop/rates.py"}),
    "by a dotted path": (
        "from django.utils.module_loading import import_string\nimport_string('shop.rates.RATE')",
        {"shop/rates.py"},
    ),
    "out of what is loaded": ("import sys\nsys.modules['shop.rates'].RATE", {"shop/rates.py"}),
    "through the package": ("import shop\ndef price():\n    return shop.rates.RATE", {"shop/rates.py"}),
    "through another name": (
        "import shop as s\nprice = lambda: s.deep.tariff.RATE",
        {"shop/deep/__init__.py", "shop/deep/tariff.py"},
    ),
    "what a module has": ("from shop import rates\nprice = lambda name: getattr(rates, name)", {"shop/rates.py"}),
    "by getattr": ("import shop\ngetattr(shop, 'rates')", {"shop/rates.py"}),
    "else, for types": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import shop.views\nelse:\n    import shop.rates",
        {"shop/rates.py"},
    ),
    "unless for types": (
        "import typing as t\nif not t.TYPE_CHECKING:\n    import shop.rates\nelse:\n    import shop.views",
        {"shop/rates.py"},
    ),
    "where the name means another thing": (
        "TYPE_CHECKING = True\nif TYPE_CHECKING:\n    import shop.rates",
        {"shop/rates.py"},
    ),
    "where another module says it": (
        "from nowhere import TYPE_CHECKING\nif TYPE_CHECKING:\n    import shop.rates",
        {"shop/rates.py"},
    ),
    "the type of what is handed in": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shop.rates import Rate\n"
        "def price(*, rate: 'Rate | None'): return rate.credits()",
        {"shop/rates.py"},
    ),
    "the type of a field": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import shop.rates\n"
        "class Order:\n    rate: 'list[shop.rates.Rate]'",
        {"shop/rates.py"},
    ),
}
NOT_RUN = {
    "nothing": "",
    "a comment": "# import shop.rates",
    "a text": "'import shop.rates'",
    "for types": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import shop.rates",
    "for types, by the module": "import typing\nif typing.TYPE_CHECKING:\n    import shop.rates",
    "for types, as checkers allow": "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    import shop.rates",
    "the type of an answer": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shop.rates import Rate\n"
        "def price() -> 'Rate': ..."
    ),
    "a library": "import json, django",
    "what an object has": "from decimal import Decimal\ndef price(name): return getattr(Decimal, name)",
    "one that is not there": "try:\n    import shop._fast\nexcept ImportError:\n    pass",
}
NOT_TOLD = {
    "a name that is computed": "import importlib\nimportlib.import_module(input())",
    "an importer that is handed on": "from importlib import import_module\nlist(map(import_module, []))",
    "a setting's path": (
        "from django.conf import settings\nfrom django.utils.module_loading import import_string\n"
        "import_string(settings.PRICER)"
    ),
    "dunder import": "def price(name): return __import__(name)",
    "exec": "exec(open('x').read())",
    "eval": "eval('1 + 1')",
    "what is loaded": "import sys\ndef price(name): return sys.modules[name]",
    "a table of names": (
        "from importlib import import_module\n_LAZY = {'rates': 'shop.rates'}\n"
        "def __getattr__(name): return import_module(_LAZY[name])"
    ),
    "the registry of apps": "from django.apps import apps\napps.get_app_config('shop')",
    "a model by a computed name": "from django.apps import apps\ndef price(name): return apps.get_model(name)",
    "a model that is not known": "from django.apps import apps\napps.get_model('shop.Rate')",
    "a setting by a computed name": "from django.conf import settings\ndef price(name): return getattr(settings, name)",
    "all settings": "from django.conf import settings\nprint(vars(settings))",
    "entry points": "from importlib.metadata import entry_points\nentry_points(group='shop')",
    "a file of code": "from importlib.util import spec_from_file_location\nspec_from_file_location('x', 'y')",
    "a file that runs": "import runpy\nrunpy.run_path('x')",
    "what a package has": "import shop\ndef price(name): return getattr(shop, name)",
    "what is loaded, asked for": "import sys\ndef price(name): return sys.modules.get(name)",
    "an importer by getattr": "import importlib\ngetattr(importlib, 'import_module')(input())",
    "another place to look": "import sys\nsys.path.insert(0, 'plugins')",
    "a place of its own": "__path__ = []",
    "all that inherit": "class Price: ...\ndef price(): return Price.__subclasses__()",
    "an importer by a star": "from importlib import *\nimport_module(input())",
}
ALL = {path for path in PACKAGE if path != "shop/tests/test_rates.py"} | {"shop/tests/test_rates.py"}
OWN = {"shop/__init__.py", "shop/pricing.py"}


class TestClosure:
    @pytest.mark.parametrize(("code", "more"), FOLLOWED.values(), ids=FOLLOWED)
    def test_has_what_is_imported(self, written, closure, code, more):
        written(PACKAGE | {"shop/pricing.py": code})
        found = closure("shop.pricing")
        assert (set(found.files), found.not_followed) == (OWN | more, ())

    @pytest.mark.parametrize("code", NOT_RUN.values(), ids=NOT_RUN)
    def test_has_nothing_that_does_not_run(self, written, closure, code):
        written(PACKAGE | {"shop/pricing.py": code})
        found = closure("shop.pricing")
        assert (set(found.files), found.not_followed) == (OWN, ())

    @pytest.mark.parametrize("code", NOT_TOLD.values(), ids=NOT_TOLD)
    def test_has_the_whole_package_where_it_cannot_be_told_and_says_so(self, written, closure, code):
        written(PACKAGE | {"shop/pricing.py": code})
        found = closure("shop.pricing")
        assert set(found.files) == ALL
        assert found.not_followed[0].startswith("shop/pricing.py ")
        assert found.not_followed[0].endswith(": all of shop counts.")

    @pytest.mark.parametrize(
        "code",
        [
            "from importlib import import_module\ndef __getattr__(name): return import_module('.' + name, __name__)",
            "import importlib\ndef __getattr__(name): return importlib.import_module(f'{__name__}.{name}')",
            "def load(name): return __import__(f'shop.deep.{name}')",
            "from django.utils.module_loading import import_string\n"
            "def load(name): return import_string('shop.deep.' + name)",
            "from importlib import import_module\n"
            "def load(name): return import_module(f'.{name}', package='shop.deep')",
            "def load(name): return vars(deep)[name]\nimport shop.deep as deep",
            "import shop.deep\ndef load(name): return shop.deep.__dict__[name]",
        ],
        ids=["relative", "by its name", "dunder import", "dotted path", "keyword", "vars", "its names"],
    )
    def test_has_the_package_that_a_name_begins_with(self, written, closure, code):
        written(PACKAGE | {"shop/deep/__init__.py": code, "shop/pricing.py": "import shop.deep"})
        found = closure("shop.pricing")
        assert set(found.files) == OWN | {"shop/deep/__init__.py", "shop/deep/tariff.py", "shop/deep/other.py"}
        assert [each.endswith(": all of shop.deep counts.") for each in found.not_followed] == [True]

    @pytest.mark.parametrize(
        ("exports", "more"),
        [
            ("", set()),
            ("__all__ = ['tariff']", {"shop/deep/tariff.py"}),
            ("__all__ = ('tariff',)", {"shop/deep/tariff.py"}),
            ("__all__ = sorted(NAMES)", {"shop/deep/tariff.py", "shop/deep/other.py"}),
            ("__all__ = ['tariff']\n__all__ += NAMES", {"shop/deep/tariff.py", "shop/deep/other.py"}),
        ],
        ids=["no list", "list", "tuple", "computed", "added to"],
    )
    def test_has_the_modules_that_a_star_imports(self, written, closure, exports, more):
        written(PACKAGE | {"shop/deep/__init__.py": exports, "shop/pricing.py": "from shop.deep import *"})
        assert set(closure("shop.pricing").files) == OWN | {"shop/deep/__init__.py"} | more

    def test_has_a_package_without_a_file(self, written, closure):
        written(
            {"shop/pricing.py": "from shop.deep import tariff", "shop/deep/tariff.py": "", "shop/deep/other.py": ""}
        )
        assert set(closure("shop.pricing").files) == {"shop/pricing.py", "shop/deep/tariff.py"}

    def test_goes_on_through_what_is_imported_and_round_in_circles(self, written, closure):
        written(
            PACKAGE | {"shop/pricing.py": "import shop.rates", "shop/rates.py": "import shop.deep.tariff, shop.pricing"}
        )
        assert set(closure("shop.pricing").files) == OWN | {
            "shop/rates.py", "shop/deep/__init__.py", "shop/deep/tariff.py",
        }  # fmt: skip

    def test_has_other_packages_of_the_host(self, written, closure):
        written(PACKAGE | {"shop/pricing.py": "import other.rates", "other/__init__.py": "", "other/rates.py": ""})
        assert set(closure("shop.pricing").files) == OWN | {"other/__init__.py", "other/rates.py"}

    def test_stops_where_it_is_told_to(self, written, closure):
        written(PACKAGE | {"shop/pricing.py": "import shop.rates", "shop/rates.py": "import shop.views\nexec('')"})
        found = closure("shop.pricing", stops_at={"shop.rates"})
        assert (set(found.files), found.not_followed) == (OWN | {"shop/rates.py"}, ())

    def test_has_all_of_a_package_that_is_named(self, written, closure):
        written(PACKAGE | {"shop/deep/other.py": "import shop.views"})
        found = closure("shop.pricing", whole=["shop.deep"])
        assert set(found.files) == ALL - {"shop/rates.py", "shop/tests/test_rates.py"}
        assert found.not_followed == ()

    def test_has_what_counts_alone_without_its_imports(self, written, closure):
        written(PACKAGE | {"shop/rates.py": "import shop.views"})
        assert set(closure("shop.pricing", alone=["shop.rates", "json"]).files) == OWN | {"shop/rates.py"}

    @pytest.mark.parametrize(
        "code",
        [
            "from django.apps import apps\nRate = apps.get_model('shop', 'Rate')",
            "import django.apps\nRate = django.apps.apps.get_model('shop.Rate')",
            "from django.db import models\nclass Order: rate = models.ForeignKey('shop.Rate', 1)",
            "from django.db.models import OneToOneField as One\nrate = One\nx = models.OneToOneField(to='shop.Rate')",
            "from django.conf import settings\nx = models.ManyToManyField(settings.AUTH_USER_MODEL)",
            "from django.contrib.auth import get_user_model\nUser = get_user_model()",
        ],
        ids=["two words", "one label", "relation", "keyword", "user", "user's class"],
    )
    def test_has_the_models_that_are_named(self, written, closure, code):
        written(PACKAGE | {"shop/pricing.py": code})
        labels = {"shop.Rate": "shop.rates", "AUTH_USER_MODEL": "shop.rates"}
        found = closure("shop.pricing", model_named=lambda label, module: labels.get(label))
        assert (set(found.files), found.not_followed) == (OWN | {"shop/rates.py"}, ())

    @pytest.mark.parametrize(
        ("code", "data"),
        [
            ("from pathlib import Path\nPath(__file__).with_suffix('.toml')", {"shop/pricing.toml"}),
            ("from pathlib import Path\nPath(__file__).with_name('list.csv')", {"shop/list.csv"}),
            ("from pathlib import Path\nPath(__file__).parents[1] / 'shop' / 'list.csv'", {"shop/list.csv"}),
            ("import os\nopen(os.path.dirname(__file__) + '/' + 'tables')", {"shop/tables/a.csv", "shop/tables/b.csv"}),
            ("from importlib.resources import files\nfiles('shop.deep') / 'deep.json'", {"shop/deep/deep.json"}),
            ("import importlib.resources as r\nr.files('shop').joinpath('list.csv')", {"shop/list.csv"}),
            ("import pkgutil\npkgutil.get_data('shop', 'list.csv')", {"shop/list.csv"}),
            ("NAME = 'list.csv'", set()),
        ],
        ids=["suffix", "name", "above", "folder", "resource", "resources as", "pkgutil", "a text"],
    )
    def test_has_the_files_that_are_read_beside_the_code(self, written, closure, code, data):
        files = {
            "shop/pricing.toml": "a = 1", "shop/list.csv": "a", "shop/tables/a.csv": "a", "shop/tables/b.csv": "b",
            "shop/deep/deep.json": "{}", "shop/unread.csv": "",
        }  # fmt: skip
        written(PACKAGE | files | {"shop/pricing.py": code})
        assert set(closure("shop.pricing").data) == data

    @pytest.mark.parametrize("changed", ["shop/pricing.py", "shop/list.csv"])
    def test_of_two_seams_is_of_one_moment(self, written, changed):
        reading = "from pathlib import Path\nPath(__file__).with_name('list.csv')"
        written(PACKAGE | {"shop/pricing.py": reading, "shop/list.csv": "1"})
        code = Code()
        before = code.closure_of(["shop.pricing"], own={"shop"})
        written({changed: f"{reading}\nRATE = 2"})
        assert code.closure_of(["shop.pricing"], own={"shop"}) == before
        assert Code().closure_of(["shop.pricing"], own={"shop"}) != before

    def test_has_libraries_by_their_versions(self, written, closure):
        written(PACKAGE | {"shop/pricing.py": "import json, structlog.stdlib\nfrom rest_framework import views"})
        assert set(closure("shop.pricing").libraries) == {"structlog", "djangorestframework"}

    def test_has_another_version_of_a_library(self, written, closure):
        def installed(version):
            written({
                "lately/__init__.py": "",
                f"lately-{version}.dist-info/METADATA": f"Name: lately\nVersion: {version}\n",
                f"lately-{version}.dist-info/RECORD": "lately/__init__.py,,\n",
            })  # fmt: skip
            return closure("shop.pricing")

        written(PACKAGE | {"shop/pricing.py": "import lately"})
        assert set(closure("shop.pricing").files) == OWN
        first = installed("0.27")
        written({"lately-0.27.dist-info/METADATA": None, "lately-0.27.dist-info/RECORD": None})
        assert (first.libraries, installed("0.28").libraries) == ({"lately": "0.27"}, {"lately": "0.28"})

    def test_reads_all_that_came_with_an_installed_host(self, written, closure):
        written(PACKAGE | {
            "shop/pricing.py": "import other.rates",
            "other/__init__.py": "",
            "other/rates.py": "",
            "host-1.dist-info/METADATA": "Name: host\nVersion: 1\n",
            "host-1.dist-info/RECORD": "shop/__init__.py,,\nother/__init__.py,,\n",
        })  # fmt: skip
        found = closure("shop.pricing")
        assert (set(found.files), found.libraries) == (OWN | {"other/__init__.py", "other/rates.py"}, {})

    def test_reads_the_code_of_an_editable_installation(self, written, closure):
        written(PACKAGE | {
            "shop/pricing.py": "import other.rates",
            "other/__init__.py": "",
            "other/rates.py": "",
            "other-1.dist-info/METADATA": "Name: other\nVersion: 1\n",
            "other-1.dist-info/RECORD": "other/__init__.py,,\n",
            "other-1.dist-info/direct_url.json": '{"url": "file:///x", "dir_info": {"editable": true}}',
        })  # fmt: skip
        assert set(closure("shop.pricing").files) == OWN | {"other/__init__.py", "other/rates.py"}

    def test_names_settings_that_are_read(self, written, closure):
        written(PACKAGE | {
            "shop/pricing.py": "from django.conf import settings\nimport django.conf as c\n"
            "A = settings.ONE, getattr(settings, 'TWO', 1), c.settings.THREE, hasattr(settings, 'FOUR')"
        })  # fmt: skip
        assert closure("shop.pricing").settings == {"ONE", "TWO", "THREE", "FOUR"}

    @pytest.mark.parametrize(
        ("before", "after", "is_same"),
        [
            ("RATE = 1", "RATE = 1  # by finance\n\n", True),
            ("RATE = f(1, 2)", "RATE = f(\n    1,\n    2,\n)", True),
            ("RATE = 'a'", 'RATE = "a"', True),
            ("RATE = 1", "RATE = 2", False),
            ("RATE = 1", "RATE = 1.0", False),
            ("RATE = 1", "RATE = True", False),
            ("RATE = 'a'", "RATE = b'a'", False),
            ("'Doc.'", "'Another.'", False),
            ("a = b - c", "a = c - b", False),
            ("def f(a, *, b): ...", "def f(a, b): ...", False),
            (b"# -*- coding: latin-1 -*-\nA = '\xe4'", b"# -*- coding: cp1251 -*-\nA = '\xe4'", False),
            ("print 'two'", "print  'two'", False),
        ],
        ids=[
            "comment", "layout", "quotes", "number", "float", "truth", "bytes", "docstring", "order", "signature",
            "encoding", "no Python of today",
        ],
    )  # fmt: skip
    def test_is_of_what_code_does_and_not_of_how_it_looks(self, written, closure, before, after, is_same):
        written(PACKAGE | {"shop/pricing.py": before})
        first = closure("shop.pricing").files["shop/pricing.py"]
        written({"shop/pricing.py": after})
        assert (closure("shop.pricing").files["shop/pricing.py"] == first) is is_same

    def test_of_compiled_code_is_the_whole_package_by_its_bytes(self, written, closure, tmp_path):
        written(PACKAGE | {"shop/pricing.py": "import shop.rates"})
        compileall.compile_dir(tmp_path / "shop", legacy=True, quiet=2)
        for file in (tmp_path / "shop").rglob("*.py"):
            file.unlink()
        found = closure("shop.pricing")
        assert set(found.files) == {f"{path}c" for path in ALL}
        assert found.not_followed[0] == "shop/__init__.pyc has no source: all of shop counts."
        written({"shop/views.pyc": b"another"})
        assert closure("shop.pricing").files != found.files

    @pytest.mark.parametrize("code", ["import shop.rates", "exec('')"], ids=["followed", "whole"])
    def test_of_an_archive_is_that_of_its_folder(self, written, closure, tmp_path, monkeypatch, code):
        written(PACKAGE | {"shop/pricing.py": code})
        unpacked = closure("shop.pricing")
        with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
            for path in PACKAGE:
                archive.write(tmp_path / path, path)
        for path in sorted(Path(tmp_path / "shop").rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        (tmp_path / "shop").rmdir()
        monkeypatch.syspath_prepend(tmp_path / "packed.zip")
        assert closure("shop.pricing") == unpacked

    def test_is_the_same_wherever_the_code_lies(self, written, closure, tmp_path, monkeypatch):
        written(PACKAGE | {"shop/pricing.py": "import shop.rates\nprint(__file__, 'rates.csv')", "shop/rates.csv": "1"})
        here = closure("shop.pricing")
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "shop").rename(tmp_path / "elsewhere" / "shop")
        monkeypatch.syspath_prepend(tmp_path / "elsewhere")
        assert closure("shop.pricing") == here

    def test_of_a_module_without_a_file_says_so(self, written, closure):
        written(PACKAGE)
        found = closure("shop.made_at_run_time")
        assert set(found.files) == ALL
        assert found.not_followed == ("The module shop.made_at_run_time has no file: what is in shop counts.",)


WAYS = (
    "import shop.m{0}",
    "from shop import m{0}",
    "from . import m{0} as x",
    "from .m{0} import *",
    "def f():\n    import shop.m{0} as y",
    "__import__('shop.m{0}')",
)
GRAPHS = st.lists(st.sets(st.integers(0, 6), max_size=3), min_size=7, max_size=7)


class TestAnyGraph:
    @settings(max_examples=30)
    @given(graph=GRAPHS, seed=st.integers(0, 2**16))
    def test_changes_with_what_is_reached_and_with_nothing_else(self, written, closure, graph, seed):
        choose = random.Random(seed)
        imports = ["\n".join(choose.choice(WAYS).format(to) for to in sorted(targets)) for targets in graph]
        written({"shop/__init__.py": ""} | {f"shop/m{number}.py": code for number, code in enumerate(imports)})
        reached, waiting = set(), [0]
        while waiting:
            if (number := waiting.pop()) not in reached:
                reached.add(number)
                waiting.extend(graph[number])
        before = closure("shop.m0").files
        for number, code in enumerate(imports):
            written({f"shop/m{number}.py": code + "\nEDITED = 1"})
            assert (closure("shop.m0").files != before) is (number in reached)
            written({f"shop/m{number}.py": code})


class TestOddCode:
    @pytest.mark.parametrize(
        "code",
        [
            "A = " + " + ".join(["'a'"] * 5_000),
            "__import__(" + " + ".join(["'a'"] * 900) + ")",
            "A = " + "(" * 150 + ")" * 150,
            "\0",
            "A = '\\ud800'",
            b"\xff\xfe",
            b"# coding: nonsense\n",
        ],
        ids=["long sum", "long name", "deep", "null", "surrogate", "bytes", "encoding"],
    )
    def test_has_a_digest_whatever_it_is(self, written, closure, code):
        written(PACKAGE | {"shop/pricing.py": code})
        first = closure("shop.pricing").files["shop/pricing.py"]
        written({"shop/pricing.py": code + (b"A = 1" if isinstance(code, bytes) else "\nA = 1")})
        assert closure("shop.pricing").files["shop/pricing.py"] != first

    def test_of_a_module_in_no_package_has_its_files_too(self, written, closure):
        written(
            {"shop.py": "from pathlib import Path\nPath(__file__).with_suffix('.csv')", "shop.csv": "1", "x.csv": ""}
        )
        found = closure("shop")
        assert (set(found.files), set(found.data)) == ({"shop.py"}, {"shop.csv"})
