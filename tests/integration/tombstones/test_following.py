"""What the database counts of a table that goes: whoever reads it is seen, and the harness is told apart."""

import json
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from igny8_core.business.billing.models import CreditCostConfig
from migration_harness.authority.actors import HARNESS
from migration_harness.backup import making, verifying
from migration_harness.deciding.direct import connect_directly
from migration_harness.evidence.life import Life
from migration_harness.models import LegacyStatement, LegacyTable, LegacyTableUse, LegacyWatch
from migration_harness.money.forecast.stored import make_forecast, question_of_log
from migration_harness.queries import legacy_use
from migration_harness.tasks import look_at_legacy_tables
from migration_harness.tombstones import following
from tests.acceptance.conftest import committed_demo  # noqa: F401  The demo, committed.
from tests.waiting import until

pytestmark = [pytest.mark.usefixtures("committed_demo", "followed"), pytest.mark.legacy]
TABLE = CreditCostConfig._meta.db_table


def shown():
    """Have the server show what this session has read, before anybody looks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT 1")


@pytest.fixture
def followed():
    shown()
    for model in (LegacyTable, LegacyTableUse, LegacyWatch, LegacyStatement):
        model.objects.all().delete()
    following.look()


def another_program(statement=f"SELECT * FROM {TABLE}"):
    with connect_directly(name="reporting") as session:
        session.execute(statement)


def used():
    following.look()
    row = LegacyTableUse.objects.filter(table=TABLE).first()
    return (row.reads, row.writes) if row else None


def raised(before):
    """Tell whether the server shows another count of the table's scans than this one."""
    following.look()
    return LegacyTable.objects.get(table=TABLE).reads > before


class TestCounters:
    def test_of_a_table_that_nobody_uses_tell_nothing(self):
        look_at_legacy_tables()
        assert (used(), LegacyTable.objects.get().table, LegacyTable.objects.get().broken) == (None, TABLE, "")

    def test_show_another_program(self):
        another_program()
        assert until(used) == (1, 0)

    def test_add_up_in_an_hour_and_show_writes(self):
        another_program()
        until(used)
        another_program(f"UPDATE {TABLE} SET min_credits = min_credits WHERE false")
        another_program(f"UPDATE {TABLE} SET min_credits = min_credits")
        rows = CreditCostConfig.objects.count()
        assert until(lambda: (found := used()) and found[1] == rows and found[0] >= 2)

    def test_are_not_moved_by_upkeep(self):
        for statement in (f"VACUUM {TABLE}", f"ANALYZE {TABLE}"):
            another_program(statement)
        another_program()
        assert until(used) == (1, 0)

    def test_that_begin_anew_lose_what_was_before(self):
        before = LegacyTable.objects.get().followed_from
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_reset()")
        following.look()
        row = LegacyTable.objects.get()
        assert (row.broken, row.followed_from > before) == (following.BEGUN_ANEW, True)

    def test_of_one_table_that_begin_anew_lose_what_was_before(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_reset_single_table_counters(%s::regclass)", [TABLE])
        following.look()
        assert LegacyTable.objects.get().broken == following.BEGUN_ANEW

    def test_of_a_table_that_was_made_anew_are_others(self):
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE another (LIKE {TABLE} INCLUDING ALL)")
            cursor.execute(f"ALTER TABLE {TABLE} RENAME TO put_aside")
            cursor.execute(f"ALTER TABLE another RENAME TO {TABLE}")
        try:
            following.look()
            assert LegacyTable.objects.get().broken == following.BEGUN_ANEW
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f"DROP TABLE {TABLE}")
                cursor.execute(f"ALTER TABLE put_aside RENAME TO {TABLE}")


class TestOwnReads:
    def test_of_a_backup_are_told_apart(self, tmp_path):
        before = LegacyTable.objects.get().reads
        making.make(path=tmp_path / "backup", actor=HARNESS)
        verifying.verify(path=tmp_path / "backup", actor=HARNESS)
        shown()
        assert until(lambda: raised(before))
        assert (used(), LegacyTable.objects.get().own_reads) == (None, 0)

    def test_hide_no_other_program(self, tmp_path):
        before = LegacyTable.objects.get().reads
        making.make(path=tmp_path / "backup", actor=HARNESS)
        another_program()
        shown()
        until(lambda: raised(before + 1))
        assert used() == (1, 0)

    def test_of_a_forecast_are_told_apart(self):
        before = LegacyTable.objects.get().reads
        make_forecast(question=question_of_log(days=30), actor="ann")
        shown()
        assert until(lambda: raised(before))
        assert used() is None

    def test_that_nobody_could_write_down_are_somebodys(self, tmp_path, monkeypatch):
        def gone(**_options):
            raise psycopg.OperationalError

        monkeypatch.setattr("migration_harness.tombstones.own_reads.connect_directly", gone)
        making.make(path=tmp_path / "backup", actor=HARNESS)
        shown()
        assert until(used)[0] > 0


class TestLife:
    def test_of_a_table_is_by_its_counters_and_of_columns_by_nothing(self, settings):
        settings.HARNESS = settings.HARNESS | {"DAY_SECONDS": 1}
        LegacyTable.objects.update(followed_from=timezone.now() - timedelta(hours=1))
        lives = {each.table: each.life for each in legacy_use(now=timezone.now()).tables}
        assert lives == {TABLE: Life.NOT_EXECUTED, "system_globalintegrationsettings": Life.LOST}

    def test_is_shown_with_its_sentence(self, harness):
        code, out, _ = harness("legacy", "executed", "--json")
        told = {each["table"]: each["sentence"] for each in json.loads(out)["tables"]}
        assert (code, "followed only since" in told[TABLE]) == (0, True)
        assert "pg_stat_statements is not installed" in told["system_globalintegrationsettings"]


class TestStatements:
    """On a stand-in with the columns of pg_stat_statements: the embedded server has no such extension."""

    @pytest.fixture
    def kept(self):
        with connection.cursor() as cursor:
            cursor.execute("DROP ROLE IF EXISTS harness_reporting")
            cursor.execute("CREATE ROLE harness_reporting")
            cursor.execute(
                "CREATE TABLE pg_stat_statements AS SELECT oid AS userid, (SELECT oid FROM pg_database WHERE datname = "
                "current_database()) AS dbid, ''::text AS query, 0::bigint AS calls FROM pg_roles WHERE false"
            )
            cursor.execute("CREATE TABLE pg_stat_statements_info AS SELECT 0::bigint AS dealloc, now() AS stats_reset")
            cursor.execute("SET pg_stat_statements.track = 'top'")
        following.look()
        yield
        with connection.cursor() as cursor:
            cursor.execute("RESET pg_stat_statements.track")
            cursor.execute("DROP TABLE pg_stat_statements, pg_stat_statements_info")
            cursor.execute("DROP ROLE harness_reporting")

    def run(self, text, *, role="'harness_reporting'", calls=1):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM pg_stat_statements WHERE query = %s", [text])
            cursor.execute(
                f"INSERT INTO pg_stat_statements SELECT {role}::regrole, oid, %s, %s FROM pg_database "
                "WHERE datname = current_database()",
                [text, calls],
            )
        following.look()

    def rows(self):
        return sorted(LegacyStatement.objects.values_list("table", "role", "calls", "is_dump"))

    def test_of_another_role_are_kept_with_what_is_new_of_them(self, kept):
        text = "SELECT dalle_api_key FROM system_globalintegrationsettings"
        self.run(text, calls=2)
        self.run(text, calls=5)
        assert self.rows() == [("system_globalintegrationsettings", "harness_reporting", 5, False)]

    def test_of_this_role_are_none(self, kept):
        self.run(f"SELECT * FROM {TABLE}", role="current_user")
        assert self.rows() == []

    def test_that_copy_a_table_are_a_dump(self, kept):
        self.run(f"COPY public.{TABLE} (id) TO stdout;")
        assert self.rows() == [(TABLE, "harness_reporting", 1, True)]

    def test_that_copy_a_table_are_a_dump_of_this_role_too(self, kept):
        self.run(f"COPY public.{TABLE} (id) TO stdout", role="current_user")
        assert [is_dump for *_, is_dump in self.rows()] == [True]

    def test_of_a_view_and_a_function_are_of_their_table(self, kept):
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE VIEW prices AS SELECT * FROM {TABLE}")
            cursor.execute("CREATE VIEW dear AS SELECT * FROM prices")
            cursor.execute(
                f"CREATE FUNCTION price_of() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM {TABLE} $$"
            )
        try:
            self.run("SELECT * FROM dear")
            self.run("SELECT price_of()")
            assert [table for table, *_ in self.rows()] == [TABLE, TABLE]
        finally:
            with connection.cursor() as cursor:
                cursor.execute("DROP VIEW prices CASCADE")
                cursor.execute("DROP FUNCTION price_of()")

    def test_that_were_dropped_by_the_server_are_lost(self, kept):
        before = LegacyWatch.objects.get().followed_from
        with connection.cursor() as cursor:
            cursor.execute("UPDATE pg_stat_statements_info SET dealloc = 7")
        following.look()
        watch = LegacyWatch.objects.get()
        assert (watch.followed_from > before, "were set back, or some were dropped" in watch.broken) == (True, True)

    def test_that_cannot_be_read_are_no_source(self, kept):
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE pg_stat_statements_info RENAME TO put_aside")
        following.look()
        watch = LegacyWatch.objects.get()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE put_aside RENAME TO pg_stat_statements_info")
        assert (watch.source, "cannot be read" in watch.missing) == ("", True)
