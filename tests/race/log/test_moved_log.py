"""The log on another server: nothing is lost, nothing is added twice, and nothing is removed before it was added."""

from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.checks import Tags, run_checks
from django.db import connection
from django.utils import timezone

from igny8_core.embedded.binaries import postgres_programs
from igny8_core.seed import seed_demo
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.log import folding, partitions
from migration_harness.log.retention import retain
from migration_harness.models import AuditEvent, Comparison, DayRollup, FoldState
from migration_harness.trail import audit
from tests.acceptance.conftest import until

from .committing import commit, connect, fold, insert, open_transaction
from .recount import differing
from .servers import OPTIONS, XIDS_PER_PAGE, Server, connect_to, dumped_from_here, restored, using

pytestmark = pytest.mark.django_db(transaction=True)


def value(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0] if cursor.description else None


def counter():
    return value("SELECT pg_current_xact_id()::text::bigint")


def added():
    return sum(DayRollup.objects.values_list("comparisons", flat=True))


def burn(to):
    """Let the server's counter come to a number."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        while counter() < to:
            cursor.execute("DO $$ BEGIN FOR i IN 1..1000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$")
        cursor.execute("RESET synchronous_commit")


@pytest.fixture(scope="module")
def initialised():
    server = Server().initialise()
    yield server
    server.remove()


@pytest.fixture
def servers(initialised):
    made = []

    def make(like=initialised):
        server = Server()
        made.append(server)
        server.copy(like)
        return server

    yield make
    for server in made:
        server.remove()


@contextmanager
def restored_here(servers, *, counted=0):
    """Go on with a copy of the log at a server whose counter is where initdb leaves it, or at a page's beginning."""
    server = servers()
    if counted:
        server.count_from(counted)
    server.start()
    restored(server, dumped_from_here(server), "moved")
    with using(server, "moved"):
        yield server


def write():
    """Write 70 comparisons, and fold 40 of them."""
    commit(1, 40)
    fold()
    commit(41, 30)


class TestRestoredLog:
    @pytest.fixture
    def moved(self, servers):
        """A log with 70 comparisons of which 40 are folded, on a server that has counted less."""
        write()
        with restored_here(servers) as server:
            assert counter() < FoldState.objects.get().watermark
            yield server

    def test_has_what_it_had(self, moved):
        assert differing() == {}
        assert fold() == 30
        assert differing() == {}
        assert added() == 70

    def test_counts_what_comes_before_it_is_folded_and_after(self, moved):
        commit(71, 25)
        assert differing() == {}
        assert fold() == 55
        assert differing() == {}
        commit(96, 25)
        assert differing() == {}
        assert fold() == 25
        assert fold() == 0
        assert added() == 120
        assert differing() == {}

    def test_waits_for_a_transaction_that_commits_late(self, moved):
        with open_transaction(71, 10) as late:
            commit(81, 10)
            folding.fold()
            assert differing() == {}
            late.commit()
            assert differing() == {}
        fold()
        assert added() == 90
        assert differing() == {}

    def test_loses_nothing_where_nobody_folds_until_the_counter_is_past_the_watermark(self, servers):
        write()
        # A server has counted millions after some weeks: the other one begins where the way to there is short.
        watermark = FoldState.objects.get().watermark
        page = watermark // XIDS_PER_PAGE - 1
        with restored_here(servers, counted=max(page, 0) * XIDS_PER_PAGE):
            commit(71, 10)
            with open_transaction(81, 10) as late:
                assert counter() < watermark
                burn(to=watermark + 1000)
                commit(91, 10)
                folding.fold()
                assert differing() == {}
                late.commit()
            fold()
            assert added() == 100
            assert differing() == {}

    def test_is_removed_only_after_it_was_folded(self, moved, settings):
        settings.HARNESS = settings.HARNESS | {"KEEP_COMPARISONS_DAYS": 1}
        commit(71, 10)
        later = timezone.now() + timedelta(days=30)
        retain(now=later)
        assert Comparison.objects.count() == 40
        assert value("SELECT sum(comparisons) FROM migration_harness_total_evidence") == 80
        fold()
        retain(now=later)
        assert Comparison.objects.count() == 0
        assert value("SELECT sum(comparisons) FROM migration_harness_total_evidence") == 80

    def test_keeps_a_day_that_is_not_folded(self, moved, settings):
        settings.HARNESS = settings.HARNESS | {"KEEP_COMPARISONS_DAYS": 1}
        day = (timezone.now() - timedelta(days=40)).date()
        assert partitions._make(day)
        with connect() as other:
            other.execute(
                "INSERT INTO migration_harness_comparison (at, seam, flag_epoch, stage, account_id, account_plan, "
                "execution_path, group_by, verdict, control_ns, candidate_ns, operation_id, request_id, run) "
                "VALUES (now() - interval '40 days', 's', 1, 'off', '', '', 'direct', '{}', 'match', 1, 1, '', '', '')"
            )
        assert retain(now=timezone.now()).partitions == ()
        fold()
        assert len(retain(now=timezone.now()).partitions) == 1

    def test_may_be_moved_again(self, moved, servers):
        commit(71, 10)
        with restored_here(servers):
            commit(81, 10)
            assert differing() == {}
            fold()
            commit(91, 10)
            with restored_here(servers):
                commit(101, 10)
                assert differing() == {}
                fold()
                assert added() == 110
                assert differing() == {}


class TestRestoredDatabase:
    def test_has_its_trail_and_its_guards(self, servers):
        seed_demo()
        change_flag(name="model-selection", change=FlagChange(share_bps=700), actor="tester")
        head = AuditEvent.objects.order_by("id").last().hash
        with restored_here(servers):
            assert audit.verified(head=head).events == AuditEvent.objects.count()
            assert [each.id for each in run_checks(tags=[Tags.database], databases=["default"])] == []
            change_flag(name="model-selection", change=FlagChange(share_bps=800), actor="tester")
            assert audit.verified(head=head).since == 1


class TestLogOnAServerThatHasCountedMore:
    def test_goes_on(self, servers):
        write()
        dump_from = FoldState.objects.get().watermark
        with restored_here(servers, counted=(dump_from // XIDS_PER_PAGE + 1) * XIDS_PER_PAGE):
            assert counter() > dump_from
            commit(71, 10)
            assert differing() == {}
            assert fold() == 40
            assert differing() == {}
            assert value("SELECT life FROM migration_harness_foldstate") == 0

    def test_is_folded_at_once_though_its_rows_are_of_a_higher_counter(self, servers):
        """Nothing was folded where it comes from, so no watermark tells that the counter is another."""
        commit(1, 40)
        with restored_here(servers):
            commit(41, 10)
            assert differing() == {}
            assert fold() == 50
            assert differing() == {}


class TestLogOfWhichAPartWasCopied:
    def test_is_not_added_twice(self):
        commit(1, 10)
        fold()
        FoldState.objects.all().delete()
        with pytest.raises(Exception, match="nothing says how far it was folded"):
            folding.fold()


HOW_TO = Path(__file__).parents[3] / "docs/how-to/back-up-and-move.md"
SETS_SEQUENCES = HOW_TO.read_text().split("```sql")[1].split("```")[0]
"""What is told to do after a logical replication."""


def behind(target):
    """Return the sequences that would give a number again."""
    owned = target.execute(
        "SELECT pg_get_serial_sequence(table_name, column_name), table_name, column_name "
        "FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name) "
        "WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND is_identity = 'YES'"
    ).fetchall()
    found = []
    # A partition's numbers are those of the whole table.
    for sequence, table, column in [each for each in owned if each[0]]:
        highest = target.execute(f"SELECT max({column}) FROM {table}").fetchone()[0] or 0
        if highest and target.execute(f"SELECT nextval('{sequence}')").fetchone()[0] <= highest:
            found.append(sequence.removeprefix("public."))
    return found


@pytest.fixture(scope="module")
def stopped(initialised, django_db_setup, django_db_blocker):
    """A server with a log of 70 comparisons of which 40 are folded, in an old transaction's time."""
    server = Server()
    server.copy(initialised)
    server.start()
    with django_db_blocker.unblock():
        restored(server, dumped_from_here(server), "moved")
        with using(server, "moved"):
            burn(to=5000)
            write()
    server.stop()
    yield server
    server.remove()


class TestServer:
    """Whatever is done to a server, or whichever one takes its place."""

    @pytest.fixture
    def old(self, servers, stopped):
        """A copy of it that runs."""
        return servers(like=stopped).start()

    def goes_on(self, server):
        with using(server, "moved"):
            assert differing() == {}
            with open_transaction(71, 10) as late:
                commit(81, 10)
                folding.fold()
                assert differing() == {}
                late.commit()
            fold()
            assert added() == 90
            assert differing() == {}

    def test_that_was_restarted_goes_on(self, old):
        old.stop()
        self.goes_on(old.start())

    @pytest.mark.parametrize("next_id", [3000, 2**20], ids=["back", "ahead"])
    def test_whose_counter_was_reset_goes_on(self, old, next_id):
        old.program("psql", *old.address("postgres"), "-c", "ALTER DATABASE template0 ALLOW_CONNECTIONS true")
        old.program("vacuumdb", "-h", old.folder, "-U", "igny8", "--all", "--freeze")
        old.stop()
        old.program("pg_resetwal", "-x", str(next_id), "-D", old.data)
        self.goes_on(old.start())

    def test_that_was_upgraded_goes_on(self, old, servers, initialised):
        old.stop()
        new = servers()
        programs = postgres_programs()
        new.program(
            "pg_upgrade", "-b", programs, "-B", programs, "-d", old.data, "-D", new.data, "-U", "igny8",
            "-s", new.folder, "-o", OPTIONS, "-O", OPTIONS,
        )  # fmt: skip
        self.goes_on(new.start())

    def test_that_was_a_standby_goes_on(self, old, servers):
        standby = servers(like=None)
        standby.program("pg_basebackup", "-h", old.folder, "-U", "igny8", "-D", standby.data, "-R", "-c", "fast")
        standby.start()
        with using(old, "moved"):
            commit(1000, 5)
            at = value("SELECT pg_current_wal_lsn()::text")
        with using(standby, "moved"):
            until(lambda: value("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", at), seconds=60)
            assert value("SELECT sum(comparisons) FROM migration_harness_total_evidence") == 75
        old.stop()
        standby.program("pg_ctl", "promote", "-D", standby.data, "-w")
        with using(standby, "moved"):
            commit(71, 20)
            assert differing() == {}
            fold()
            assert added() == 95
            assert differing() == {}

    def test_that_had_prepared_a_transaction_goes_on(self, old):
        with using(old, "moved"):
            with connect() as other:
                insert(other, 71, 10)
                other.execute("PREPARE TRANSACTION 'late'")
            old.stop()
            connection.close()
            old.start()
            commit(81, 10)
            folding.fold()
            assert differing() == {}
            with connect() as other:
                other.autocommit = True
                other.execute("COMMIT PREPARED 'late'")
            fold()
            assert added() == 90
            assert differing() == {}

    @pytest.mark.parametrize("sequences", ["set", "forgotten"])
    def test_to_which_the_log_was_replicated_goes_on(self, old, servers, sequences):
        new = servers().start()
        schema = old.folder / "schema"
        old.program("pg_dump", *old.address("moved"), "--schema-only", "--format=custom", "-f", schema)
        restored(new, schema, "moved")
        with connect_to(old) as source, connect_to(new) as target:
            source.execute("CREATE PUBLICATION moving FOR ALL TABLES")
            target.execute(
                f"CREATE SUBSCRIPTION moving CONNECTION 'host={old.folder} user=igny8 dbname=moved' PUBLICATION moving"
            )
            ready = "SELECT bool_and(srsubstate = 'r') FROM pg_subscription_rel"
            until(lambda: target.execute(ready).fetchone()[0], seconds=120)
            source.execute("SELECT pg_current_xact_id()")
            at = source.execute("SELECT pg_current_wal_lsn()").fetchone()[0]
            replayed = "SELECT confirmed_flush_lsn >= %s::pg_lsn FROM pg_replication_slots WHERE slot_name = 'moving'"
            until(lambda: source.execute(replayed, [at]).fetchone()[0], seconds=120)
            target.execute("DROP SUBSCRIPTION moving")
            if sequences == "set":
                target.execute(SETS_SEQUENCES)
                assert behind(target) == []
            else:
                assert "migration_harness_comparison_id_seq" in behind(target)
        old.stop()
        with using(new, "moved"):
            assert counter() < FoldState.objects.get().watermark
        self.goes_on(new)
