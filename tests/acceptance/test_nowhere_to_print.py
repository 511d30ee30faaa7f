"""Commands whose output nobody can take: what they change is changed and told, or they change nothing."""

import os
import subprocess
import sys

import pytest

from migration_harness import queries
from migration_harness.control.flips import FlagChange, change_flag
from tests.acceptance.conftest import ROOT, committed_demo, environment_of_a_process, selected  # noqa: F401

pytestmark = pytest.mark.usefixtures("selected")

FLAG = "model-based-credits"
ASCII = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
MANAGE = f"{sys.executable} manage.py harness"


def shell(command, **environment):
    """Run a command in a shell; returns exit code, standard output and standard error."""
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=ROOT,
        env=environment_of_a_process() | environment,
        capture_output=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def everybody():
    change_flag(name=FLAG, change=FlagChange(everyone=True), actor="tester")


def is_back():
    return queries.flag_status(FLAG).everyone is False


@pytest.mark.parametrize("options", ["", "--json"])
class TestRollback:
    def test_into_a_pipe_that_is_closed_is_told_on_standard_error(self, everybody, options):
        code, _, err = shell(f"{MANAGE} rollback {FLAG} {options} | (exec 0<&-; sleep 0); exit ${{PIPESTATUS[0]}}")
        assert (code, is_back()) == (0, True)
        assert "Traceback" not in err
        assert f"{FLAG} changed" in err

    def test_onto_a_full_disk_is_told_on_standard_error(self, everybody, options):
        code, _, err = shell(f"{MANAGE} rollback {FLAG} {options} > /dev/full")
        assert (code, is_back()) == (0, True)
        assert f"{FLAG} changed" in err
        assert "Warning: that was done" in err

    def test_with_standard_output_closed_is_told_on_standard_error(self, everybody, options):
        code, _, err = shell(f"{MANAGE} rollback {FLAG} {options} >&-")
        assert (code, is_back()) == (0, True)
        assert f"{FLAG} changed" in err

    def test_with_both_closed_is_made(self, everybody, options):
        assert (shell(f"{MANAGE} rollback {FLAG} {options} >&- 2>&-")[0], is_back()) == (0, True)

    def test_in_a_locale_of_ascii_alone_is_told_in_it(self, everybody, options):
        code, out, err = shell(f"{MANAGE} rollback {FLAG} {options}", **ASCII)
        assert (code, is_back(), "Traceback" in err) == (0, True, False)
        assert FLAG in out
        assert out.isascii()


class TestFlip:
    def test_with_standard_output_closed_changes_nothing(self):
        before = queries.flag_status(FLAG)
        code, _, err = shell(f"{MANAGE} flag {FLAG} --share 44 >&-")
        assert (code, queries.flag_status(FLAG)) == (1, before)
        assert err.strip() == "Standard output is closed: there is nowhere to print to."

    def test_of_an_account_in_a_locale_of_ascii_alone_is_told_in_it(self):
        code, out, _ = shell(f"{MANAGE} flag {FLAG} --share 44", **ASCII)
        assert (code, queries.flag_status(FLAG).share_bps) == (0, 4_400)
        assert FLAG in out


class TestHangingLog:
    def test_holds_up_neither_a_rollback_nor_the_end_of_its_process(self, everybody, tmp_path):
        """The host's handler never returns; the log module's own farewell at the end of a process would wait for it."""
        script = tmp_path / "hanging.py"
        script.write_text(
            "import logging, sys, threading, django\n"
            "django.setup()\n"
            "class Hanging(logging.Handler):\n"
            "    def emit(self, record):\n"
            "        threading.Event().wait()\n"
            "logging.getLogger('harness').addHandler(Hanging())\n"
            "from django.core.management import call_command\n"
            f"call_command('harness', 'rollback', '{FLAG}')\n"
        )
        code, out, err = shell(f"{sys.executable} {script}", PYTHONPATH=os.fspath(ROOT))
        assert (code, is_back()) == (0, True), err
        assert f"{FLAG} changed" in out
