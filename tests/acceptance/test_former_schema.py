"""Databases of before the schema migrations of billing were laid anew: they come over, or are told what to do first."""

import os
import subprocess
import sys

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from igny8_core.business.billing.checks import LAST_REVISION

from .conftest import ROOT, database_url
from .revision_before import unpack

SCHEMA = {
    "columns": """
        SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision, numeric_scale,
               is_nullable, column_default, is_identity
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name LIKE 'billing%'""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
        AND conrelid::regclass::text LIKE 'billing%'""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'billing%'",
    "triggers": """
        SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), tgenabled
        FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'billing%'""",
    "functions": """
        SELECT proname, pg_get_function_identity_arguments(oid), prosrc, provolatile
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'igny8%'""",
}
"""What the service's billing has in a database, whatever order the columns have in their tables."""


@pytest.fixture(scope="module")
def former(django_db_setup, tmp_path_factory):
    """The last revision with the former migrations, and a database of its own that it has migrated."""
    with psycopg.connect(url_of("postgres"), autocommit=True) as at:
        at.execute(f'CREATE DATABASE "{name()}" TEMPLATE template0')
        folder = unpack(tmp_path_factory.mktemp("former"), LAST_REVISION)
        assert migrate(tree=folder) == ""
        yield folder
        at.execute(f'DROP DATABASE "{name()}" WITH (FORCE)')


def name():
    return f"{connection.settings_dict['NAME']}_former"


def url_of(database):
    return f"{database_url().rsplit('/', 1)[0]}/{database}"


def migrate(*arguments, tree=ROOT):
    """Run Django's own command; returns what it says where it fails."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "igny8_core.settings",
        "DATABASE_URL": url_of(name()),
        "REDIS_URL": settings.REDIS_URL,
        "IGNY8_ENV": "local",
    }
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v0", *arguments],
        cwd=tree, env=environment, check=False, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    return " ".join(done.stderr.split()) if done.returncode else ""


def schema_of(database):
    with psycopg.connect(url_of(database)) as at:
        return {what: set(at.execute(query).fetchall()) for what, query in SCHEMA.items()}


@pytest.mark.legacy
class TestFormerSchema:
    def test_is_the_same_as_that_which_was_laid_anew(self, former):
        before, now = schema_of(name()), schema_of(connection.settings_dict["NAME"])
        # What came later has only added.
        assert {what: before[what] - now[what] for what in SCHEMA} == {what: set() for what in SCHEMA}

    def test_comes_over_by_migrate_where_the_last_former_revision_has_made_it(self, former):
        made = schema_of(name())
        assert migrate("billing", "0009_settle", tree=former) == ""
        older = schema_of(name())
        told = migrate()
        assert "billing.E001" in told
        assert f"With the code of revision {LAST_REVISION}: python manage.py migrate. Then the same with this" in told
        assert schema_of(name()) == older
        assert [migrate(tree=former), migrate()] == ["", ""]
        now = schema_of(name())
        assert {what: made[what] - now[what] for what in SCHEMA} == {what: set() for what in SCHEMA}
