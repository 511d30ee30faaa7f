"""What is buffered when a process ends in good order is written; the thread that flushes never comes to it here."""

import signal
import subprocess
import sys
import urllib.request

import pytest

from migration_harness.models import Comparison
from tests.acceptance.conftest import ROOT, committed_demo, environment_of_a_process, until  # noqa: F401
from tests.waiting import PATIENCE_SECONDS

from ..test_soak import free_port

pytestmark = pytest.mark.usefixtures("committed_demo")

REQUESTS = 7
COMMAND = """
import tests.race.log.comparing_app as app, sys, time
for _ in range(7):
    app.compared(account='1', number=1)
print('compared', flush=True)
{}
"""


def count():
    return Comparison.objects.filter(seam="million").count()


@pytest.fixture(autouse=True)
def before():
    return count()


class TestLastComparisons:
    @pytest.mark.parametrize(
        "worker",
        [["--threads", "2"], ["--workers", "2"], ["--config", "python:igny8_core.web.config"]],
        ids=["threads", "processes", "ours"],
    )
    def test_of_a_web_worker_are_written(self, before, worker):
        port = free_port()
        gunicorn = [sys.executable, "-m", "gunicorn", "tests.race.log.comparing_app:application", *worker]
        web = subprocess.Popen([*gunicorn, "--bind", f"127.0.0.1:{port}"], cwd=ROOT, env=environment_of_a_process())
        until(lambda: answers(port))
        for _ in range(REQUESTS - 1):
            assert answers(port)
        assert count() == before
        web.send_signal(signal.SIGTERM)
        assert web.wait(PATIENCE_SECONDS) == 0
        assert count() == before + REQUESTS

    @pytest.mark.parametrize("ending", ["", "sys.exit(3)", "raise ValueError"])
    def test_of_a_command_are_written(self, before, ending):
        command = [sys.executable, "-c", COMMAND.format(ending)]
        ended = subprocess.run(command, cwd=ROOT, env=environment_of_a_process(), capture_output=True, check=False)
        assert b"compared" in ended.stdout
        assert count() == before + REQUESTS

    def test_of_a_command_that_is_told_to_end_are_written(self, before):
        script = COMMAND.format("time.sleep(60)")
        command = [sys.executable, "manage.py", "shell", "-v0", "-c", script]
        shell = subprocess.Popen(command, cwd=ROOT, env=environment_of_a_process(), stdout=subprocess.PIPE)
        assert shell.stdout.readline() == b"compared\n"
        shell.send_signal(signal.SIGTERM)
        shell.wait(PATIENCE_SECONDS)
        assert count() == before + REQUESTS


def answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as response:
            return response.status == 200
    except OSError:
        return False
