"""The suite is run in two halves, and one line says what both came to."""

import re
from pathlib import Path

import pytest

from tests import halves

TESTS = Path(__file__).parents[1]

PASSES = "def test_a(): pass\ndef test_b(): pass\n"
FAILS = "def test_a(): pass\ndef test_b(): assert not 'right'\n"
SKIPS = "import pytest\ndef test_a(): pass\n@pytest.mark.skip\ndef test_b(): pass\n"
ERRS = "import pytest\n@pytest.fixture\ndef broken(): raise ValueError\ndef test_a(broken): pass\n"
CANNOT_BE_READ = "def test_a(:\n"
ONLY_BESIDE = """from pathlib import Path
import pytest
{several}
def test_once(number):
    before = Path(f"seen-{{number}}")
    assert before.exists() or before.touch()
"""
"""Fails the first time, as what waits for too little does."""
ENDS = "import os\ndef test_a(): os._exit(7)\n"


@pytest.fixture
def run(tmp_path, capfd, monkeypatch):
    """Run files as halves, apart from this suite; returns the exit code and the last lines."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)

    def run(*sources):
        names = [f"test_half_{number}.py" for number in range(len(sources))]
        for name, source in zip(names, sources, strict=True):
            (tmp_path / name).write_text(source)
        code = halves.run([[name] for name in names])
        return code, capfd.readouterr().out.splitlines()[-2:]

    return run


class TestHalves:
    @pytest.mark.parametrize(
        ("first", "second", "code", "line"),
        [
            (
                PASSES,
                PASSES,
                0,
                "== 4 passed, 0 failed, 0 skipped in both halves, which ended with the exit codes 0 and 0",
            ),
            (
                FAILS,
                PASSES,
                1,
                "== 3 passed, 1 failed, 0 skipped in both halves, which ended with the exit codes 1 and 0",
            ),
            (
                PASSES,
                FAILS,
                1,
                "== 3 passed, 1 failed, 0 skipped in both halves, which ended with the exit codes 0 and 1",
            ),
            (
                FAILS,
                FAILS,
                1,
                "== 2 passed, 2 failed, 0 skipped in both halves, which ended with the exit codes 1 and 1",
            ),
            (
                SKIPS,
                PASSES,
                0,
                "== 3 passed, 0 failed, 1 skipped in both halves, which ended with the exit codes 0 and 0",
            ),
            (
                ERRS,
                SKIPS,
                1,
                "== 1 passed, 1 failed, 1 skipped in both halves, which ended with the exit codes 1 and 0",
            ),
            (
                CANNOT_BE_READ,
                PASSES,
                1,
                "== 2 passed, 1 failed, 0 skipped in both halves, which ended with the exit codes 2 and 0",
            ),
            (
                ENDS,
                PASSES,
                1,
                "== 2 passed, 0 failed, 0 skipped in both halves, which ended with the exit codes 7 and 0",
            ),
            (PASSES, "", 1, "== 2 passed, 0 failed, 0 skipped in both halves, which ended with the exit codes 0 and 5"),
        ],
        ids=[
            "both pass",
            "the first fails",
            "the second fails",
            "both fail",
            "skipped",
            "a fixture",
            "unreadable",
            "killed",
            "empty",
        ],
    )
    def test_are_both_run_and_summed_up(self, run, first, second, code, line):
        ended, (_, last) = run(first, second)
        assert (ended, last) == (code, line)

    def test_have_every_test_between_them(self):
        first, second = halves.HALVES
        assert (first[-2:], second[:1], second[-2:]) == (("-m", "not alone"), ("tests/race",), ("-m", "alone"))
        marked = {path for path in TESTS.rglob("test_*.py") if "pytest.mark.alone" in path.read_text()}
        assert {path for path in marked if TESTS / "race" not in path.parents} == {Path(__file__)}

    def test_tell_how_long_each_took(self, run):
        _, (seconds, _) = run(PASSES, PASSES)
        assert re.fullmatch(r"== \d+ \+ \d+ = \d+ seconds", seconds)


class TestOnceMore:
    def test_passes_what_failed_beside_others_alone_and_names_it(self, run):
        code, lines = run(ONLY_BESIDE.format(several="@pytest.mark.parametrize('number', [1, 2])"), PASSES)
        assert (code, lines[0]) == (
            0,
            "== failed beside others and passed alone, to be mended: "
            "test_half_0.py::test_once[1], test_half_0.py::test_once[2]",
        )
        assert lines[1].startswith("== 2 passed, 2 failed, 0 skipped")

    @pytest.mark.parametrize(
        ("several", "other"),
        [("@pytest.mark.parametrize('number', range(4))", PASSES), ("@pytest.mark.parametrize('number', [1])", FAILS)],
        ids=["too many", "one of them fails again"],
    )
    @pytest.mark.parametrize("second", [ENDS, CANNOT_BE_READ], ids=["ended", "unreadable"])
    def test_excuses_nothing_else(self, run, several, other, second):
        assert run(ONLY_BESIDE.format(several=several), other)[0] == 1
        assert run(ONLY_BESIDE.format(several="@pytest.mark.parametrize('number', [5])"), second)[0] == 1
