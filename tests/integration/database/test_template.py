"""The database of a test run is a copy of one that the same code has migrated; where any of it differs, of another."""

import psycopg
import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from igny8_core.settings.test_database.template import CODE, PREFIX, ROOT, name_of_the_template

pytestmark = pytest.mark.django_db
own_server = pytest.mark.skipif(
    not connection.creation._is_of_this_checkout(), reason="Nothing is left on another one's server."
)
_SCHEMA = """
SELECT 'relation', c.relname || ' ' || c.relkind::text FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
UNION SELECT 'column', a.attrelid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
UNION SELECT 'constraint', conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
  WHERE connamespace = 'public'::regnamespace
UNION SELECT 'function', md5(prosrc) || ' ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION SELECT 'trigger', tgname || ' ' || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
"""


@pytest.fixture
def code(tmp_path):
    """A checkout with a migration, its SQL and a lock of its libraries."""
    for name, content in {
        "requirements.lock": "django==5.2",
        "igny8_core/migrations/0001_initial.py": "adds = 1",
        "migration_harness/sql/guard.sql": "SELECT 1",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path


class TestName:
    def test_is_the_same_for_the_same_code(self, code):
        assert name_of_the_template(code) == name_of_the_template(code)
        assert name_of_the_template(code).startswith(PREFIX)
        assert len(name_of_the_template(code)) < 64

    @pytest.mark.parametrize(
        "changed",
        ["requirements.lock", "igny8_core/migrations/0001_initial.py", "migration_harness/sql/guard.sql",
         "igny8_core/migrations/0002_new.py"],
    )  # fmt: skip
    def test_is_another_where_any_of_it_is_another(self, code, changed):
        before = name_of_the_template(code)
        (code / changed).write_text("adds = 2")
        assert name_of_the_template(code) != before

    def test_is_another_where_a_file_was_moved(self, code):
        before = name_of_the_template(code)
        (code / "igny8_core/migrations/0001_initial.py").rename(code / "igny8_core/migrations/0001_first.py")
        assert name_of_the_template(code) != before

    def test_is_made_of_every_app_of_this_checkout(self):
        ours = {
            config.name.partition(".")[0] for config in apps.get_app_configs() if not config.name.startswith("tests.")
        }
        here = {name for name in ours if (ROOT / name / "__init__.py").exists()}
        assert here <= set(CODE)
        assert here >= {"igny8_core", "migration_harness"}


class TestCopy:
    def test_has_nothing_left_to_migrate(self):
        executor = MigrationExecutor(connection)
        assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []

    @own_server
    def test_has_all_that_the_migrations_have_made(self):
        """In the run that migrated, what is kept is held against it; in one that copied, the copy against that."""
        parameters = connection.get_connection_params()
        parameters.pop("cursor_factory"), parameters.pop("context")
        with psycopg.connect(**parameters | {"dbname": name_of_the_template()}) as kept, connection.cursor() as cursor:
            known = set(kept.execute(_SCHEMA))
            cursor.execute(_SCHEMA)
            assert (len(known) > 500, known - set(cursor.fetchall())) == (True, set())

    @own_server
    def test_is_of_the_one_that_is_kept(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"])
            assert cursor.fetchall() == [(name_of_the_template(),)]
