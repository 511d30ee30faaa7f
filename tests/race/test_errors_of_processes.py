"""Errors of real processes: written in whichever way one ends, and known to be missing where one is killed."""

import os
import subprocess
import sys

import pytest

from migration_harness.models import KeptError, Reporter
from tests.acceptance.conftest import ROOT, environment_of_a_process
from tests.integration.errors.parts import removed


@pytest.fixture
def _nothing_kept(db):
    removed()
    yield
    removed()


@pytest.mark.usefixtures("_nothing_kept")
def test_a_process_writes_its_errors_and_so_do_its_children_and_who_was_killed_is_known():
    ended = subprocess.run(
        [sys.executable, "-m", "tests.race.failing"],
        cwd=ROOT, env=environment_of_a_process(), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    (row,) = KeptError.objects.all()
    assert (row.event, row.logger, row.times) == ("shop.refused", "shop", 3)
    others = Reporter.objects.exclude(pid=os.getpid())
    assert list(others.values_list("pid", flat=True)) == [int(ended.stdout.split()[-1])]
