"""Executions of real processes: all are written in whichever way one ends, and who was killed is known."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db.models import Sum
from django.utils import timezone

from migration_harness.evidence.findings import Answer
from migration_harness.models import LegacyExecution, TombstoneReporter
from migration_harness.queries import legacy_use
from migration_harness.tombstones.cells import Purpose
from tests.acceptance.conftest import ROOT, environment_of_a_process
from tests.integration.tombstones.parts import removed

from .executing import TIMES

NAME = "legacy_price"


@pytest.fixture
def _nothing_counted(db):
    removed()
    yield
    removed()


def started(how):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.race.executing", how],
        cwd=ROOT, env=environment_of_a_process(), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def executions():
    rows = LegacyExecution.objects.filter(entry__endswith=NAME, purpose=Purpose.ANSWER.value)
    return rows.aggregate(times=Sum("times"))["times"]


@pytest.mark.usefixtures("_nothing_counted")
def test_processes_beside_each_other_write_all_and_the_one_that_was_killed_is_known():
    processes = {how: started(how) for how in ("ends", "forks", "killed")}
    pids = {how: int(each.communicate(timeout=120)[0]) for how, each in processes.items()}
    # The last execution of the one that was killed is lost, unless its thread was quicker.
    assert executions() in (4 * TIMES, 4 * TIMES + 1)
    left = TombstoneReporter.objects.exclude(pid=os.getpid())
    assert list(left.values_list("pid", flat=True)) == [pids["killed"]]


@pytest.mark.usefixtures("_nothing_counted")
def test_a_process_that_was_killed_makes_silence_unknown():
    pid = int(started("killed").communicate(timeout=120)[0])
    # Past this test's own transaction, which would hold the rows.
    removed("legacyexecution")
    found = legacy_use(now=timezone.now() + timedelta(seconds=120))
    assert (found.answer, [f" {pid} on " in each and "vanished" in each for each in found.lost].count(True)) == (
        Answer.UNKNOWN, 1,
    )  # fmt: skip
