"""Whether this process is prepared for tests, and what follows from it."""

import subprocess
import sys

import pytest

from migration_harness.conf import in_a_test_run, runs_in_background

_SAYS = """
from django.conf import settings
settings.configure(HARNESS={})
from migration_harness.conf import in_a_test_run, runs_in_background
print(in_a_test_run(), runs_in_background())
"""


class TestRun:
    def test_is_this_one(self):
        assert in_a_test_run()

    def test_is_none_where_no_runner_has_prepared_it(self):
        said = subprocess.run([sys.executable, "-c", _SAYS], capture_output=True, text=True, check=True).stdout
        assert said == "False True\n"


class TestBackground:
    @pytest.mark.parametrize(
        ("said", "runs"), [({}, False), ({"BACKGROUND": True}, True), ({"BACKGROUND": False}, False)]
    )
    def test_is_off_in_a_test_run_where_nothing_is_said(self, settings, said, runs):
        settings.HARNESS = said
        assert runs_in_background() == runs
