"""What a process loads, and when.

Whoever rolls back waits for nothing that a rollback does not use; whoever serves others has loaded what they need.
"""

import json
import subprocess
import sys

import pytest

from migration_harness.cli.verbs import MODULES
from migration_harness.deciding.processes import BRIEF
from tests.acceptance.conftest import ROOT, environment_of_a_process

LIBRARIES = [
    "openai", "httpx2", "requests", "rest_framework.views", "rest_framework.compat", "drf_spectacular.views", "bs4",
    "libcst", "redis", "celery", "kombu", "prometheus_client", "pandas", "numpy", "opentelemetry", "yaml", "hypothesis",
    "rich.markdown", "rich.progress", "rich.traceback", "pygments", "attr", "psutil", "pyotp", "segno",
]  # fmt: skip
"""Of pages, of workers, of providers and of tools."""
OURS = [
    "igny8_core.urls", "igny8_core.celery", "igny8_core.business.billing.admin", "dashboards.urls", "dashboards.admin",
    "migration_harness.tasks", "migration_harness.metrics", "migration_harness.certificate",
    "igny8_core.seed", "igny8_core.auth.signing_in.sessions",
]  # fmt: skip
OF_A_ROLLBACK = ["migration_harness.checks", "migration_harness.cli.undoing"]
USES = {"status": ["evidence"]}
"""Other verbs whose words a verb prints."""
SERVED = ["openai", "httpx2", "igny8_core.celery", "migration_harness.checks", "migration_harness.rollout.gatekeeper"]
"""What no request and no task may have to wait for."""
COMMANDS = {
    "rollback": ["rollback", "model-based-credits", "--reason", "to be sure"],
    "flag": ["flag", "model-based-credits"],
    "status": ["status", "--json"],
    "gates": ["gates", "4"],
}
PRINT_ADDRESSES = {"status", "gates"}
"""They tell on which page of the console one goes on, and only the pages know their addresses."""
_RUN = """
import json, sys, traceback
unwanted, found = set(json.loads(sys.argv.pop(1))), []
sys.argv[0] = "manage.py"

class Watching:
    def find_spec(self, name, path=None, target=None):
        if name in unwanted and not found:
            frames = [each for each in traceback.extract_stack()[:-1] if "importlib" not in each.filename]
            found[:] = [name, *(f"{each.filename}:{each.lineno}" for each in frames[-6:])]

sys.meta_path.insert(0, Watching())
from django.core.management import execute_from_command_line
try:
    execute_from_command_line(sys.argv)
finally:
    print("\\nfirst unwanted", json.dumps(found), file=sys.stderr)
"""


SERVE = {
    "worker": ("worker_ready", ["worker", "--pool", "solo", "--queues", "nobody-uses-this"]),
    "beat": ("beat_init", ["beat", "--pidfile=", "--schedule", "schedule"]),
}
"""The signal by which each says that it begins to serve, and its words."""
_TELL = """
import sys
from celery import signals
signal, sys.argv = sys.argv[1], ["celery", "--quiet", "-A", "igny8_core", *sys.argv[2:]]

def told(**_):
    print("loaded", *sys.modules, file=sys.__stdout__, flush=True)
    raise SystemExit(0)

getattr(signals, signal).connect(told)
from celery.__main__ import main
main()
"""


def run(*words, unwanted=()):
    """Run a command beside this test; returns it, ended, and the first import that is not wanted: name and frames."""
    command = [sys.executable, "-c", _RUN, json.dumps(sorted(unwanted)), *words]
    env = environment_of_a_process()
    ended = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    return ended, json.loads(ended.stderr.rsplit("first unwanted ", 1)[-1])


class TestVerb:
    @pytest.mark.parametrize("verb", COMMANDS)
    def test_loads_nothing_that_it_does_not_use(self, committed_demo, verb):
        used = [MODULES[verb], *USES.get(verb, [])]
        others = [f"migration_harness.cli.{name}" for name in MODULES.values() if name not in used]
        pages = [] if verb in PRINT_ADDRESSES else [*LIBRARIES, *OURS]
        more = OF_A_ROLLBACK if verb == "rollback" else []
        ended, first = run("harness", *COMMANDS[verb], unwanted=[*pages, *others, *more])
        assert ended.returncode in (0, 3), ended.stderr
        assert first == []

    def test_what_is_loaded_is_named(self, committed_demo):
        _, first = run("harness", *COMMANDS["flag"], unwanted=["migration_harness.cli.flag"])
        assert first[0] == "migration_harness.cli.flag"

    def test_that_is_brief_is_one_that_there_is(self):
        assert set(COMMANDS) == BRIEF
        assert set(MODULES) >= BRIEF


class TestHelp:
    @pytest.mark.parametrize(
        ("options", "environment", "is_coloured"),
        [
            ([], {}, False),
            (["--force-color"], {}, True),
            ([], {"FORCE_COLOR": "1"}, True),
            (["--no-color"], {"FORCE_COLOR": "1"}, False),
        ],
        ids=["into a pipe", "forced", "forced by the environment", "without colours"],
    )
    def test_is_drawn_as_its_reader_wants_it(self, options, environment, is_coloured):
        command = [sys.executable, "manage.py", "harness", *options, "flag", "--help"]
        env = environment_of_a_process() | environment
        told = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True).stdout
        assert ("Show a flag" in told, "\x1b[" in told) == (True, is_coloured)


class TestWebProcess:
    @pytest.fixture(scope="class")
    def loaded(self):
        command = [sys.executable, "-c", "import sys, igny8_core.wsgi; print(*sys.modules)"]
        env = environment_of_a_process()
        return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True).stdout.split()

    @pytest.mark.parametrize(
        "name", [*SERVED, "dashboards.admin", "igny8_core.auth.signing_in.sessions", "igny8_core.exported"]
    )
    def test_has_loaded_before_its_first_request(self, committed_demo, loaded, name):
        assert name in loaded


class TestWorkerAndBeat:
    @pytest.mark.parametrize("role", SERVE)
    def test_have_loaded_what_tasks_use_before_they_take_one(self, committed_demo, role, tmp_path):
        signal, words = SERVE[role]
        command = [sys.executable, "-c", _TELL, signal, *words]
        env = environment_of_a_process() | {"PYTHONPATH": str(ROOT)}
        ended = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        loaded = ended.stdout.rpartition("loaded ")[2].split()
        wanted = {*SERVED, "migration_harness.tasks", "migration_harness.rollout.notices.posting"}
        assert (ended.returncode, wanted - set(loaded)) == (0, set()), ended.stderr
