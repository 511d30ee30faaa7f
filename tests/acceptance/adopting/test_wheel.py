"""The wheel in an empty environment: a host compares its first calls, goes live, goes back, and is rid of it."""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from ..conftest import ROOT

HOST = Path(__file__).with_name("host")
QUOTE_TWO = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
django.setup()
from quotes.seams import quote
print(quote(customer="anna", grams=10), quote(customer="bert", grams=2000))
"""
ABSENT = ("celery", "kombu", "rest_framework", "unfold", "prometheus_client", "redis", "openai")
RELATIONS = """
SELECT 'relation', relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
UNION SELECT 'function', proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION SELECT 'schema', nspname::text FROM pg_namespace WHERE nspname NOT LIKE 'pg_%'
UNION SELECT 'trigger', tgname::text FROM pg_trigger WHERE NOT tgisinternal
"""


def run(*words, **environment):
    done = subprocess.run(
        [str(word) for word in words], cwd=HOST, env={**os.environ, **environment},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The interpreter of an environment that has the wheel, what it asks for, and a driver."""
    folder = tmp_path_factory.mktemp("adopting")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    run(*pip, "wheel", "--no-deps", "--wheel-dir", folder / "dist", ROOT)
    (wheel,) = (folder / "dist").iterdir()
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    interpreter = folder / "venv" / "bin" / "python"
    run(*pip, "--python", interpreter, "install", wheel, "psycopg[binary]")
    return interpreter


@pytest.fixture
def database(django_db_blocker):
    """An empty database of this test; yields its settings and a way to ask it."""
    given = connection.settings_dict
    with django_db_blocker.unblock():
        server = {**connection.get_connection_params(), "dbname": "postgres"}
    server.pop("cursor_factory", None), server.pop("context", None)
    name = f"{given['NAME']}_host"
    with psycopg.connect(**server, autocommit=True) as admin:
        own = sql.Identifier(name)
        admin.execute(sql.SQL("CREATE DATABASE {}").format(own))
        try:
            with psycopg.connect(**{**server, "dbname": name}, autocommit=True) as asked:
                chosen = {key: given[key] for key in ("HOST", "PORT", "USER", "PASSWORD")}
                yield json.dumps({"NAME": name, **chosen}), asked
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(own))


def test_host_compares_goes_live_goes_back_and_is_rid_of_it(python, database):
    url, asked = database

    def manage(*words):
        return run(python, "manage.py", *words, HOST_DATABASE=url)

    missing = f"from importlib.util import find_spec; print([n for n in {ABSENT!r} if find_spec(n)])"
    assert run(python, "-c", missing) == "[]\n"
    assert "no issues" in manage("check")
    manage("migrate", "--verbosity", "0", "auth")
    manage("migrate", "--verbosity", "0", "migration_harness", "zero")
    before = set(asked.execute(RELATIONS))
    manage("migrate", "--verbosity", "0")
    assert "is created" in manage("harness", "flag", "rebates", "--create", "--baseline", "shadow", "--reason", "try")

    said = run(python, "-c", QUOTE_TWO, HOST_DATABASE=url)
    assert said.splitlines()[-1] == "20 4000"
    verdicts = json.loads(manage("harness", "status", "--json"))["seams"]["quotes.parcel"]["verdicts"]
    assert (verdicts["match"], verdicts["mismatch"]) == (1, 1)

    manage("harness", "flag", "rebates", "--account", "bert", "--on", "--reason", "he asked for it")
    said = run(python, "-c", QUOTE_TWO, HOST_DATABASE=url)
    assert said.splitlines()[-1] == "20 2000"
    assert "0 of 2 are on the candidate" in manage("harness", "rollback", "rebates", "--reason", "enough")
    said = run(python, "-c", QUOTE_TWO, HOST_DATABASE=url)
    assert said.splitlines()[-1] == "20 4000"

    manage("migrate", "--verbosity", "0", "migration_harness", "zero")
    after = set(asked.execute(RELATIONS))
    assert {each for each in after - before if "waffle" not in each[1]} == set()
