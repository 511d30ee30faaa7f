"""Commands of a rehearsal: each a process of its own, forked from one that has imported."""

import os
import sys
from pathlib import Path

import django
import pytest

from rehearsal.failed import Failed
from rehearsal.nursery import Nursery

pytestmark = pytest.mark.legacy
TREE = Path(__file__).parents[2]
SAYS = """
import os, sys, time

def main():
    match sys.argv[1:]:
        case ["pid"]:
            print(os.getpid(), os.environ["WHO"], input())
        case ["fails"]:
            print("it went wrong", file=sys.stderr)
            sys.exit(3)
        case ["sleeps"]:
            time.sleep(600)
"""


@pytest.fixture(scope="module")
def nursery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nursery")
    (folder / "says.py").write_text(SAYS)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "igny8_core.settings", "PYTHONPATH": f"{folder}:{TREE}"}
    with Nursery(python=sys.executable, tree=TREE, environment=environment, log=folder / "log") as nursery:
        yield nursery


def run(nursery, *words, seconds=60.0, module="says"):
    return nursery.run(module, *words, said="a word\n", environment={"WHO": "ada"}, timeout_seconds=seconds)


class TestNursery:
    def test_runs_each_command_in_a_process_of_its_own(self, nursery):
        first, second = (run(nursery, "pid").stdout.split() for _ in range(2))
        assert first[0] != second[0]
        assert first[1:] == second[1:] == ["ada", "a", "word"]

    def test_tells_how_a_command_ended_and_what_it_said(self, nursery):
        done = run(nursery, "fails")
        assert (done.returncode, done.stdout, done.stderr) == (3, "", "it went wrong\n")

    def test_has_the_command_line_of_the_tree(self, nursery):
        assert run(nursery, "version", module="manage").stdout.strip() == django.get_version()

    def test_kills_what_does_not_end(self, nursery):
        assert run(nursery, "sleeps", seconds=0.1).returncode == -9
        assert run(nursery, "fails").returncode == 3

    def test_says_where_to_look_when_it_has_ended_itself(self, tmp_path):
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "no.such.settings", "PYTHONPATH": str(TREE)}
        log = tmp_path / "log"
        with Nursery(python=sys.executable, tree=TREE, environment=environment, log=log) as nursery:
            with pytest.raises(Failed, match=str(log)):
                run(nursery, "pid")
        assert "no.such" in log.read_text() or "No module named 'no'" in log.read_text()
