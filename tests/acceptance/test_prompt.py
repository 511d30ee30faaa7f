"""What a verb loads until it ends: whoever rolls back waits for nothing that a rollback does not use."""

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
]  # fmt: skip
"""Of pages, of workers, of providers and of tools."""
OURS = [
    "igny8_core.urls", "igny8_core.celery", "igny8_core.business.billing.admin", "dashboards.urls", "dashboards.admin",
    "migration_harness.tasks", "migration_harness.metrics", "migration_harness.certificate",
]  # fmt: skip
OF_A_ROLLBACK = ["migration_harness.checks", "migration_harness.cli.undoing"]
USES = {"status": ["evidence"]}
"""Other verbs whose words a verb prints."""
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

    @pytest.mark.parametrize("name", ["openai", "igny8_core.celery", "dashboards.admin", "migration_harness.checks"])
    def test_has_loaded_before_its_first_request(self, committed_demo, loaded, name):
        assert name in loaded
