"""What runs in ``make test`` covers what ``make soak`` runs."""

import re
import subprocess
from itertools import combinations, product
from pathlib import Path
from uuid import uuid4

import pytest

from tests.selection import covering, deselect

ROOT = Path(__file__).parents[2]
SHAPES = [(7, 4), (4, 7), (5, 5), (9, 2, 4), (3, 3, 3), (11, 4, 2, 6), (1, 6), (2, 1, 5)]
BOTH = """
import pytest

@pytest.mark.covering{arguments}
@pytest.mark.parametrize(("side", "effect"), [(n, n) for n in "abcdef"])
@pytest.mark.parametrize("way", "uvwx")
def test_it(side, effect, way): pass

@pytest.mark.parametrize("one", "ab")
@pytest.mark.parametrize("other", "cd")
def test_other(one, other): pass
"""


def axes_of(shape):
    return [[f"{number}:{place}" for place in range(length)] for number, length in enumerate(shape)]


class Listening:
    """Chooses as this suite does, and hears what runs."""

    def __init__(self):
        self.ran, self.left_out = [], 0

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config, items):
        deselect(config, items, full=False)

    def pytest_deselected(self, items):
        self.left_out += len(items)

    def pytest_runtest_logreport(self, report):
        if report.when == "call" and report.passed:
            self.ran.append(report.nodeid.partition("::")[2])


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Let pytest run a file, apart from this suite; returns the names of what ran, and how many were left out."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    ini = tmp_path / "pytest.ini"
    ini.write_text("[pytest]\nmarkers = covering\naddopts = --import-mode=importlib -p no:terminal\n")

    def run(*words, name="", arguments=""):
        # Of a name of its own: pytest would take one that this process knows.
        file = tmp_path / f"test_{uuid4().hex}.py"
        file.write_text(BOTH.format(arguments=arguments))
        heard = Listening()
        code = pytest.main(["-c", str(ini), f"{file}{name}", *words], plugins=[heard])
        assert code == 0
        return heard.ran, heard.left_out

    return run


class TestCovering:
    @pytest.mark.parametrize("shape", SHAPES, ids=str)
    def test_has_each_value_of_each_axis(self, shape):
        axes = axes_of(shape)
        chosen = covering(*axes, full=False)
        assert {value for case in chosen for value in case} == {value for axis in axes for value in axis}

    @pytest.mark.parametrize("shape", SHAPES, ids=str)
    def test_has_each_pair_of_values_where_they_are_to_meet(self, shape):
        axes = axes_of(shape)
        chosen = covering(*axes, together=2, full=False)
        assert {pair for case in chosen for pair in combinations(case, 2)} == {
            pair for one, other in combinations(axes, 2) for pair in product(one, other)
        }

    @pytest.mark.parametrize(
        ("shape", "together", "count"), [((7, 4), 1, 7), ((9, 2, 4), 2, 36), ((7, 4), 2, 28)], ids=str
    )
    def test_has_as_few_as_can_be(self, shape, together, count):
        assert len(covering(*axes_of(shape), together=together, full=False)) == count

    @pytest.mark.parametrize("shape", SHAPES, ids=str)
    def test_has_all_in_full(self, shape):
        assert covering(*axes_of(shape), full=True) == list(product(*axes_of(shape)))


class TestMark:
    def test_leaves_out_what_others_cover_and_no_other_test(self, run):
        ran, left_out = run()
        cases = [re.split(r"[\[\]-]", name)[1:-1] for name in ran if name.startswith("test_it")]
        assert {value for case in cases for value in case} == set("abcdefuvwx")
        assert (len(cases), len(ran) - len(cases), left_out) == (6, 4, 18)
        assert "test_it[u-b-b]" not in ran

    def test_keeps_what_is_always_to_run(self, run):
        ran, left_out = run(arguments='(always=["u-b-b"])')
        assert ("test_it[u-b-b]" in ran, left_out) == (True, 17)

    def test_lets_a_case_run_that_is_asked_for_by_its_name(self, run):
        assert run(name="::test_it[u-b-b]") == (["test_it[u-b-b]"], 0)

    def test_covers_what_was_asked_for(self, run):
        ran, _ = run("-k", "test_it and (b-b or d-d)")
        assert {value for name in ran for value in re.split(r"[\[\]-]", name)[1:-1]} == set("bduvwx")


def test_soak_runs_each_file_in_full_that_chooses():
    choosing = re.compile(r"^ *@?pytest\.mark\.covering|^from tests\.selection import", re.MULTILINE)
    files = [path for path in (ROOT / "tests").rglob("test_*.py") if choosing.search(path.read_text())]
    told = subprocess.run(["make", "-n", "soak"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    soaked = [ROOT / word for word in told.split() if word.startswith("tests/")]
    missing = [file for file in files if file != Path(__file__) and not {file, *file.parents} & set(soaked)]
    assert missing == []
    assert "SOAK=1" in told
