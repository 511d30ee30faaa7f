"""``IGNY8_ENV=production``: what a process answers there, and with what it does not start."""

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from tests.waiting import PATIENCE_SECONDS

from .conftest import ROOT, environment_of_a_process

BIN = Path(sys.executable).parent
GUNICORN = ("gunicorn", "--config", "python:igny8_core.web.config", "igny8_core.wsgi", "--bind", "127.0.0.1:0")
WORKER = ("celery", "--quiet", "-A", "igny8_core", "worker", "--concurrency", "1", "--loglevel", "WARNING")
BEAT = ("celery", "--quiet", "-A", "igny8_core", "beat", "--pidfile=", "--loglevel", "WARNING")
ANSWERS = """
import json, django
django.setup()
from django.test import Client
plain = Client()
proxied = Client(headers={"X-Forwarded-Proto": "https"})
def told(response):
    cookies = {name: [morsel["secure"], morsel["samesite"]] for name, morsel in response.cookies.items()}
    return [response.status_code, {name.lower(): value for name, value in response.items()}, cookies]
host = {"host": "shop.example"}
print(json.dumps({
    "plain": told(plain.get("/app/", headers=host)),
    "proxied": told(proxied.get("/app/", headers=host)),
    "static": told(proxied.get("/static/igny8/theme.css", headers=host)),
    "probe": told(plain.get("/healthz", headers=host)),
    "stranger": told(proxied.get("/app/", headers={"host": "evil.example"})),
}))
"""


@pytest.fixture
def environment(tmp_path):
    """A production without a database."""
    given = {
        "DJANGO_SETTINGS_MODULE": "igny8_core.settings",
        "IGNY8_ENV": "production",
        "IGNY8_RUN_DIR": str(tmp_path / "run"),
        "DJANGO_SECRET_KEY": secrets.token_urlsafe(50),
        "IGNY8_FIELD_KEYS": Fernet.generate_key().decode(),
        "HARNESS_FINGERPRINT_KEY": secrets.token_urlsafe(50),
        "DATABASE_URL": "postgres://user:hunter2@127.0.0.1:1/igny8",
        "REDIS_URL": "redis://127.0.0.1:1",
    }
    return os.environ | given


def ended(*command, environment):
    """Run a program to its end; returns its exit code and what it said."""
    done = subprocess.run(
        [BIN / command[0], *command[1:]],
        cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        timeout=PATIENCE_SECONDS,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


class TestProduction:
    def test_has_nothing_that_a_check_before_a_deploy_would_find(self, environment):
        code, said, wrong = ended(
            "python", "manage.py", "check", "--deploy", "--fail-level", "INFO", environment=environment
        )
        assert (code, said.strip(), wrong) == (0, "System check identified no issues (0 silenced).", "")

    def test_answers_by_https_alone(self, environment):
        environment |= {"IGNY8_PROXY_HEADER": "X-Forwarded-Proto=https", "ALLOWED_HOSTS": "shop.example"}
        code, said, wrong = ended("python", "-c", ANSWERS, environment=environment)
        assert code == 0, wrong
        answers = json.loads(said.splitlines()[-1])
        status, headers, _ = answers["plain"]
        assert (status, headers["location"]) == (301, "https://shop.example/app/")
        for name in ("proxied", "static"):
            _, headers, cookies = answers[name]
            assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains; preload"
            assert all(secure for secure, _ in cookies.values())
        assert list(answers["proxied"][2]) == ["csrftoken"]
        assert answers["probe"][0] == 503
        assert answers["stranger"][0] == 400
        assert all("frame-ancestors 'none'" in told[1]["content-security-policy"] for told in answers.values())


class TestRefusal:
    """One line that names the remedy, no traceback, nothing started."""

    @pytest.mark.parametrize("command", [GUNICORN, WORKER, BEAT], ids=lambda command: " ".join(command[:4]))
    def test_ends_every_process_that_serves(self, command, environment):
        code, said, wrong = ended(*command, environment=environment | {"DJANGO_SECRET_KEY": "hunter2"})
        (line,) = (said + wrong).splitlines()
        assert code == 3
        assert line.startswith("DJANGO_SECRET_KEY is too weak")
        assert "hunter2" not in line

    @pytest.mark.parametrize(
        ("changed", "told"),
        [
            ({"DJANGO_SECRET_KEY": "hunter2"}, "DJANGO_SECRET_KEY is too weak"),
            ({"IGNY8_FIELD_KEYS": "hunter2"}, "IGNY8_FIELD_KEYS cannot be read"),
            ({"IGNY8_ENV": ""}, "DATABASE_URL is set and IGNY8_ENV is not"),
            ({"HARNESS_FINGERPRINT_KEY": ""}, "HARNESS_FINGERPRINT_KEY is not set"),
            ({"HARNESS_METRICS_TOKEN": "hunter2"}, "HARNESS_METRICS_TOKEN is too weak"),
            ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS takes any host"),
            ({"HARNESS_RECORDED_BPS": "1 %"}, "HARNESS_RECORDED_BPS is '1 %'"),
            ({"HARNESS_SHADOW_MS": "0"}, "HARNESS_SHADOW_MS is '0'"),
            ({"IGNY8_LOG_LEVEL": "loud"}, "IGNY8_LOG_LEVEL is 'LOUD'"),
        ],
        ids=lambda case: next(iter(case)) if isinstance(case, dict) else "",
    )
    def test_ends_a_command_before_a_server_is_started(self, changed, told, environment, commands):
        given = environment | changed
        if "IGNY8_ENV" not in changed:
            given.pop("DATABASE_URL")
        done = commands.ended("harness", "status", **dict(given.items() - os.environ.items()))
        (line,) = (done.stdout + done.stderr).splitlines()
        assert (done.returncode, line[: len(told)]) == (1, told)
        assert "hunter2" not in line
        assert not (Path(given["IGNY8_RUN_DIR"]) / "postgres" / "data").exists()

    def test_ends_a_process_whose_run_folder_everybody_may_write(self, environment):
        folder = Path(environment["IGNY8_RUN_DIR"])
        folder.mkdir()
        folder.chmod(0o777)
        code, said, wrong = ended("python", "manage.py", "check", environment=environment)
        (line,) = (said + wrong).splitlines()
        assert (code, f"chmod o-w {folder}" in line) == (1, True)


class TestDemo:
    @pytest.fixture
    def on_the_demo(self, committed_demo, environment):
        of_the_test = environment_of_a_process()
        return environment | {name: of_the_test[name] for name in ("DATABASE_URL", "REDIS_URL", "REDIS_PREFIX")}

    @pytest.mark.parametrize("command", [GUNICORN, WORKER, BEAT], ids=lambda command: " ".join(command[:4]))
    def test_is_served_in_no_production(self, command, on_the_demo):
        code, said, wrong = ended(*command, environment=on_the_demo)
        (line,) = (said + wrong).splitlines()
        assert code == 3
        assert "demo's customers" in line
        assert "IGNY8_ALLOW_DEMO=yes" in line

    def test_is_found_before_a_deploy_and_so_are_short_days(self, on_the_demo):
        environment = on_the_demo | {"HARNESS_DAY_SECONDS": "60"}
        code, _, wrong = ended("python", "manage.py", "check", "--deploy", environment=environment)
        assert (code, "demo's customers" in wrong, "igny8.W001" in wrong) == (1, True, True)

    def test_can_be_looked_at_there(self, on_the_demo):
        code, said, wrong = ended("python", "manage.py", "harness", "status", "--json", environment=on_the_demo)
        assert code == 0, wrong
        assert json.loads(said)["phases"]


@pytest.mark.parametrize("command", [("seed", "--demo"), ("setup", "--demo"), ("demo",), ("run",)], ids=" ".join)
def test_no_command_brings_the_demo_into_a_production(command, settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="IGNY8_ALLOW_DEMO=yes"):
        call_command(*command)
