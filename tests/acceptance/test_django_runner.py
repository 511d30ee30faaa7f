"""Django's own runner, as CONTRIBUTING has it typed after each phase of the migration."""

import os
import subprocess
import sys

import pytest

from .conftest import ROOT


@pytest.mark.legacy
def test_runs_a_phase_whose_flags_move():
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "manage.py", "test", "igny8_core.tests.test_ai_system_integration.Phase5EndpointTest"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, "OK" in done.stderr.splitlines()) == (0, True), done.stderr
