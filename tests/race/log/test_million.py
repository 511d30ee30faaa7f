"""A million comparisons through a seam: none is lost, the rollups are what the log says, memory stays flat.

Short by default; ``make soak`` sets SOAK=1 for the full length and prints what it measured.
"""

import json
import os
import subprocess
import sys
import time

import pytest

from migration_harness.log import folding
from migration_harness.models import Comparison, DroppedComparisons
from tests.acceptance.conftest import ROOT, committed_demo, environment_of_a_process  # noqa: F401  The demo, committed.
from tests.waiting import PATIENCE_SECONDS

from .committing import settle
from .recount import differing

pytestmark = pytest.mark.alone

FULL = os.environ.get("SOAK") == "1"
PROCESSES = 4 if FULL else 2
COMPARISONS = 1_000_000 if FULL else 20_000
GROWTH_KB = 60_000
"""A buffer that is half full holds 25,000 comparisons; a leak of 300 bytes a comparison would be more."""


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.race.log.comparer", *arguments],
        cwd=ROOT,
        env=environment_of_a_process(),
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def made(committed_demo):  # noqa: F811  The fixture, not the import.
    """The comparisons, folded all the while; gives what each process said of its memory, and the seconds."""
    began = time.perf_counter()
    makers = [start("make", str(COMPARISONS // PROCESSES), f"run {n}") for n in range(PROCESSES)]
    while any(maker.poll() is None for maker in makers):
        folding.fold(slice_rows=20_000)
        time.sleep(0.2)
    assert [maker.returncode for maker in makers] == [0] * PROCESSES
    memory = [[int(line) for line in maker.stdout.read().split()] for maker in makers]
    return memory, time.perf_counter() - began


@pytest.fixture(scope="module")
def status(made):
    """The numbers of ``harness status --json``, before the last comparisons are folded."""
    asked = start("status")
    return json.loads(asked.communicate(timeout=PATIENCE_SECONDS)[0])


class TestMillion:
    def test_loses_none(self, made, capsys):
        assert Comparison.objects.filter(seam="million").count() == COMPARISONS
        assert not DroppedComparisons.objects.exists()
        memory, seconds = made
        with capsys.disabled():
            print(f"\n{COMPARISONS:,} comparisons in {seconds:.0f} s; memory in kB: {memory}")  # noqa: T201

    def test_is_told_by_status_exactly(self, status):
        found = status["seams"]["million"]
        wrong, each = COMPARISONS // 10, COMPARISONS // PROCESSES
        control = PROCESSES * sum(n % 50 for n in range(each))
        assert found["comparisons"] == COMPARISONS
        assert (found["verdicts"]["match"], found["verdicts"]["mismatch"]) == (COMPARISONS - wrong, wrong)
        assert found["measures"] == {"control": str(control), "candidate": str(control + wrong)}
        assert status["dropped"] == {}

    def test_is_in_the_rollups_exactly(self, made):
        assert differing() == {}
        settle()
        folding.fold()
        assert differing() == {}

    def test_takes_no_more_memory_at_the_end(self, made):
        growth = [last - early for early, last in made[0]]
        assert max(growth) < GROWTH_KB
