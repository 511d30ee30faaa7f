"""The service as it runs: threads in the background, committed data, other processes beside the test."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection

from igny8_core.business.billing import remembered
from igny8_core.seed import seed_demo
from migration_harness import testing
from migration_harness.control.flips import FlagChange, change_flag
from tests.waiting import PATIENCE_SECONDS
from tests.waiting import until as until  # noqa: PLC0414  Who starts a process waits for it.

from .refused import Commands

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="package")
def commands(tmp_path_factory):
    """Commands that end at once."""
    commands = Commands(tmp_path_factory.mktemp("commands"))
    yield commands
    commands.end()


@pytest.fixture(scope="module")
def committed_demo(django_db_setup, django_db_blocker):
    """The demo, committed for a whole module and emptied after it; flags are followed in the background."""
    with django_db_blocker.unblock():
        harness = django_settings.HARNESS
        django_settings.HARNESS = harness | {"BACKGROUND": True}
        testing.forget()
        remembered.forget()
        seed_demo()
        yield
        testing.forget()
        django_settings.HARNESS = harness
        call_command("flush", verbosity=0, interactive=False, reset_sequences=False)


@pytest.fixture(scope="module")
def selected(committed_demo):
    """Everyone is in the cohort that new prices require, so that a test can move accounts to them."""
    # @legacy begin model-selection
    change_flag(name="model-selection", change=FlagChange(everyone=True), actor="fixture")
    # @legacy end


def database_url() -> str:
    """Return the URL of this run's test database, for a process beside the test."""
    s = connection.settings_dict
    host = quote(s["HOST"] or "localhost", safe="")
    port = f":{s['PORT']}" if s["PORT"] else ""
    password = f":{quote(s['PASSWORD'], safe='')}" if s["PASSWORD"] else ""
    return f"postgres://{quote(s['USER'])}{password}@{host}{port}/{s['NAME']}"


def environment_of_a_process() -> dict[str, str]:
    """Return the environment of a process beside the test, on its database and key space."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "igny8_core.settings",
        "DATABASE_URL": database_url(),
        "REDIS_URL": django_settings.REDIS_URL,
        "REDIS_PREFIX": django_settings.REDIS_PREFIX,
        "IGNY8_ENV": "local",
    }


def start(*arguments: str, log: Path, mode: str = "wb", **options: Any) -> subprocess.Popen:
    """Start Python beside the test, on its database and key space; what it says goes into ``log``."""
    with log.open(mode) as output:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment_of_a_process(),
            stdout=output,
            stderr=output,
            **options,
        )


@contextmanager
def process(*arguments: str, log: Path) -> Iterator[subprocess.Popen]:
    """Run a module of Python beside the test, until the block ends."""
    started = start("-m", *arguments, log=log)
    try:
        yield started
    finally:
        end(started)


def end(started: subprocess.Popen) -> None:
    """Let a process end in an orderly way, and kill it where it does not."""
    started.terminate()
    try:
        started.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        started.kill()
        started.wait(PATIENCE_SECONDS)
