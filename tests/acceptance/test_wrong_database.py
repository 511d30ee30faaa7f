"""A DATABASE_URL that cannot be used ends whatever is started with one sentence, which names the remedy."""

import os
import socket
import subprocess
import sys

import pytest

from .conftest import ROOT

UNREADABLE = {
    "words": "hunter2 nonsense",
    "no bracket": "postgres://user:hunter2@[::1/igny8",
    "no port": "postgres://user:hunter2@localhost:port/igny8",
    "special characters": "postgres://user:hunter2#x@localhost:5432/igny8",
    "unknown kind": "oracle://user:hunter2@localhost/igny8",
    "other kind": "sqlite:///hunter2",
    "no name": "postgres://user:hunter2@localhost",
    "unknown option": "postgres://user:hunter2@localhost/igny8?hunter=x",
}
UNREACHABLE = "postgres://user:hunter2@127.0.0.1:1/igny8"
COMMANDS = [
    ("migrate",), ("setup",), ("run",), ("check", "--database", "default"),
    ("harness", "status", "--json"), ("harness", "rollback", "--all"), ("harness", "heal"),
]  # fmt: skip


SERVERS = {
    "gunicorn": ("-m", "gunicorn", "igny8_core.wsgi", "--bind", "127.0.0.1:0", "--workers", "1"),
    "gunicorn, preloaded": ("-m", "gunicorn", "igny8_core.wsgi", "--bind", "127.0.0.1:0", "--preload"),
    "worker": ("-m", "celery", "-A", "igny8_core", "worker"),
    "beat": ("-m", "celery", "-A", "igny8_core", "beat", "--pidfile="),
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def told_by(commands, tmp_path):
    def told_by(*command, url):
        done = commands.ended(*command, **environment_of(url, tmp_path))
        return done.returncode, done.stderr + done.stdout

    return told_by


def environment_of(url, tmp_path):
    return {
        "DATABASE_URL": url,
        "REDIS_URL": "redis://127.0.0.1:1",
        "DJANGO_SETTINGS_MODULE": "igny8_core.settings",
        "IGNY8_RUN_DIR": str(tmp_path),
        "IGNY8_ENV": "local",
        "PORT": str(free_port()),
    }


def ended(*arguments, url, tmp_path):
    process = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT, env=os.environ | environment_of(url, tmp_path), capture_output=True, text=True, check=False,
    )  # fmt: skip
    return process.returncode, process.stderr + process.stdout


FOR_SCRIPTS = '{\n  "error": {\n    "code": "database_out_of_reach",'


def lines_of(output):
    """Return what was said, without the process's log and its progress bars."""
    return [line for line in output.splitlines() if line.strip() and "harness." not in line and "━" not in line]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
class TestCommand:
    def test_says_that_the_server_does_not_answer(self, command, told_by):
        code, output = told_by(*command, url=UNREACHABLE)
        for_people, _, for_scripts = output.partition(FOR_SCRIPTS)
        (line,) = lines_of(for_people)
        assert (code, "Traceback" in output, "hunter2" in output) == (1, False, False)
        assert bool(for_scripts) == ("--json" in command)
        assert "does not answer" in line
        assert "DATABASE_URL" in line

    def test_says_that_the_url_cannot_be_read(self, command, told_by):
        code, output = told_by(*command, url=UNREADABLE["no port"])
        (line,) = lines_of(output)
        assert (code, "hunter2" in output) == (1, False)
        assert line.startswith("DATABASE_URL is no URL that can be read. Write it as postgresql://")


@pytest.mark.parametrize("url", UNREADABLE.values(), ids=UNREADABLE)
def test_url_is_refused_by_one_sentence_without_its_password(url, told_by):
    code, output = told_by("harness", "status", url=url)
    (line,) = lines_of(output)
    assert (code, "hunter2" in output) == (1, False)
    assert line.startswith("DATABASE_URL ")


@pytest.mark.parametrize("server", SERVERS.values(), ids=SERVERS)
def test_server_is_ended_by_the_same_sentence(server, tmp_path):
    code, output = ended(*server, url=UNREADABLE["no port"], tmp_path=tmp_path)
    said = [line for line in output.splitlines() if line.strip() and not line.startswith("[")]
    assert (code != 0, "hunter2" in output, len(said)) == (True, False, 1), output
    assert said[0].startswith("DATABASE_URL is no URL that can be read. Write it as postgresql://")
