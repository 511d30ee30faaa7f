"""What a verb of the harness loads before it does anything: a rollback is not behind the pages of its host."""

import subprocess
import sys

import pytest

from tests.acceptance.conftest import ROOT

NOT_NEEDED = [
    "igny8_core.urls", "dashboards.urls", "openai", "bs4", "rest_framework.views", "drf_spectacular.views", "libcst",
]  # fmt: skip
_LOADS = """
import sys
from django.core.management import execute_from_command_line
try:
    execute_from_command_line(["manage.py", "harness", "rollback", "--help"])
finally:
    print("loaded", *sys.modules, file=sys.stderr)
"""


@pytest.fixture(scope="module")
def loaded():
    ended = subprocess.run([sys.executable, "-c", _LOADS], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(ended.stderr.split("loaded ")[-1].split())


class TestRollback:
    @pytest.mark.parametrize("module", NOT_NEEDED)
    def test_does_not_load(self, loaded, module):
        assert "migration_harness.cli.rollback" in loaded
        assert module not in loaded
