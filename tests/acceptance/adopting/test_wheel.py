"""The wheel in an empty environment: a host compares its first calls, goes live, goes back, and is rid of it."""

import json
import os
import re
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
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
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


def run(*words, succeeds=True, **environment):
    done = subprocess.run(
        [str(word) for word in words], cwd=HOST, env={**os.environ, **environment},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert (done.returncode == 0) == succeeds, done.stdout + done.stderr
    return done.stdout if succeeds else done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, as it is built."""
    dist = tmp_path_factory.mktemp("adopting") / "dist"
    run(*PIP, "wheel", "--no-deps", "--wheel-dir", dist, ROOT)
    (wheel,) = dist.iterdir()
    return wheel


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """The interpreter of an environment that has the wheel, what it asks for, and a driver."""
    return installed(tmp_path_factory.mktemp("plain"), wheel, "psycopg[binary]")


@pytest.fixture(scope="module")
def tested(wheel, tmp_path_factory):
    """The interpreter of an environment that has what the extra ``test`` asks for as well."""
    # The harness asks for neither of the last two: a host that has them may give their values to a seam.
    return installed(tmp_path_factory.mktemp("testing"), f"{wheel}[test]", "psycopg[binary]", "numpy", "pandas")


def installed(folder, *packages):
    """Return the interpreter of a new environment with these packages, whose modules are compiled when imported."""
    venv.create(folder, with_pip=False, symlinks=True)
    interpreter = folder / "bin" / "python"
    run(*PIP, "--python", interpreter, "install", "--no-compile", *packages)
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


class TestHostsOwnTests:
    def by_pytest(self, python, *words, **options):
        # Whatever is asked of this suite's own run.
        return run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words, PYTEST_ADDOPTS="", **options)

    def of_the_host(self, python, database, file, **options):
        return self.by_pytest(python, "--ds", "settings", file, HOST_DATABASE=database[0], **options)

    @pytest.mark.parametrize("file", ["checked_by_pytest.py", "contracts_by_pytest.py", "values_by_pytest.py"])
    def test_pass_by_pytest(self, tested, database, file):
        said = self.of_the_host(tested, database, file)
        assert re.search(r"^\d+ passed(, \d+ warnings?)? in ", said, re.MULTILINE), said

    @pytest.mark.parametrize("file", ["checked_by_django.py", "serialized_by_django.py"])
    def test_pass_by_djangos_runner(self, tested, database, file):
        run(tested, "manage.py", "test", "--noinput", "--pattern", file, HOST_DATABASE=database[0])

    def test_fail_where_both_sides_differ(self, tested, database):
        said = self.of_the_host(tested, database, "differing_by_pytest.py", succeeds=False, HOST_RAISES="yes")
        assert "3 failed" in said
        assert said.count("  differs    result: 4000 became 2000, another value") >= 3

    def test_fail_by_djangos_runner_where_both_sides_differ(self, tested, database):
        said = run(
            tested, "manage.py", "test", "--noinput", "--pattern", "differing_by_django.py",
            succeeds=False, HOST_DATABASE=database[0], HOST_RAISES="yes",
        )  # fmt: skip
        assert "FAILED (failures=3)" in said
        assert said.count("  differs    result: 4000 became 2000, another value") == 3

    def test_do_not_fail_where_the_settings_say_nothing(self, tested, database):
        said = self.of_the_host(tested, database, "differing_by_pytest.py", succeeds=False)
        assert "2 failed, 1 passed" in said

    def test_of_a_project_without_django_are_left_alone(self, tested, tmp_path):
        (tmp_path / "test_sum.py").write_text(
            "import sys\ndef test_sum():\n    assert 1 + 1 == 2\n"
            "    assert not [each for each in sys.modules if each.startswith('migration_harness.')\n"
            "                and each != 'migration_harness.pytest_plugin']\n"
        )
        (tmp_path / "pytest.ini").write_text("[pytest]\n")
        said = self.by_pytest(tested, "-c", tmp_path / "pytest.ini", "-p", "no:django", tmp_path)
        assert "1 passed" in said

    def test_import_no_pytest_where_it_is_not_used(self, python):
        assert run(python, "-c", "from importlib.util import find_spec; print(find_spec('pytest'))") == "None\n"


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
