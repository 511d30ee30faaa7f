"""The log in its rollups: each comparison once, whoever commits late and whoever is ended."""

import threading

import psycopg
import pytest
from django.db import connection, connections

from migration_harness.log import folding
from migration_harness.log.folding import fold_slice
from migration_harness.models import Comparison

from .committing import come_from_another_server, commit, connect, fold, insert, open_transaction, settle
from .recount import differing

pytestmark = pytest.mark.django_db(transaction=True)

_ROLLUPS = "SELECT count(*), sum(comparisons) FROM migration_harness_dayrollup"


@pytest.fixture
def _in_its_first_life():
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER SEQUENCE migration_harness_life RESTART")


def rollups():
    with connection.cursor() as cursor:
        cursor.execute(_ROLLUPS)
        return cursor.fetchone()


class TestFold:
    def test_adds_each_comparison_once(self):
        commit(1, 500)
        assert differing() == {}
        assert (fold(), fold()) == (500, 0)
        assert rollups()[1] == 500
        assert differing() == {}

    def test_adds_to_what_it_added_before(self):
        for first in (1, 301, 601):
            commit(first, 300)
            assert fold() == 300
            assert differing() == {}

    def test_leaves_to_the_views_what_has_committed_since(self):
        commit(1, 300)
        fold()
        commit(301, 300)
        assert rollups()[1] == 300
        assert differing() == {}

    @pytest.mark.parametrize("slice_rows", [1, 7, 10, 1000])
    def test_folds_whole_transactions_whatever_the_slice(self, slice_rows):
        for n in range(8):
            commit(1 + n * 10, 10)
        seen = []
        assert fold(slice_rows=slice_rows, on_progress=seen.append) == 80
        assert seen[-1] == 80
        assert all(folded % 10 == 0 for folded in seen)
        assert differing() == {}

    def test_stops_in_time_and_goes_on_later(self):
        for n in range(5):
            commit(1 + n * 10, 10)
        assert fold(slice_rows=10, at_most_seconds=0) == 10
        assert differing() == {}
        assert fold(slice_rows=10) == 40

    def test_waits_for_a_transaction_that_commits_late(self):
        with open_transaction(1, 50) as late:
            commit(51, 50)
            folding.fold()
            assert differing() == {}
            late.commit()
            assert differing() == {}
        fold()
        assert rollups()[1] == 100
        assert differing() == {}

    def test_never_adds_what_was_rolled_back(self):
        with open_transaction(1, 50) as late:
            commit(51, 50)
            folding.fold()
            late.rollback()
        assert fold() == 50
        assert differing() == {}

    def test_leaves_it_to_another_session_that_folds(self):
        commit(1, 50)
        settle()
        with connect() as other:
            assert other.execute("SELECT folded FROM migration_harness_fold_log(100)").fetchone() == (50,)
            assert folding.fold() == 0
            other.rollback()
        assert fold() == 50

    def test_leaves_nothing_half_done_when_it_is_ended(self):
        commit(1, 50)
        settle()
        with connect() as folder:
            folder.execute("SELECT migration_harness_fold_log(100)")
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [folder.info.backend_pid])
            with pytest.raises(psycopg.OperationalError):
                folder.execute("SELECT 1")
        assert rollups() == (0, None)
        assert differing() == {}
        assert fold() == 50
        assert differing() == {}

    def test_takes_strata_of_any_length(self):
        with connect() as other:
            insert(other, 1, 10)
            other.execute(
                "INSERT INTO migration_harness_comparison (at, seam, flag_epoch, stage, account_id, account_plan, "
                "execution_path, group_by, verdict, control_ns, candidate_ns, operation_id, request_id, run) "
                "SELECT now(), repeat('s', 60), 1, 'shadow', '1', '', 'direct', "
                "(SELECT array_agg(md5(n::text)) FROM generate_series(1, 1000) n), 'match', 1, 1, '', '', ''"
            )
        assert fold() == 11
        assert differing() == {}

    @pytest.mark.usefixtures("_in_its_first_life")
    @pytest.mark.parametrize("without_sequences", [False, True], ids=["sequences", "none"])
    def test_goes_on_where_the_counter_went_back(self, without_sequences):
        for n in range(3):
            commit(1 + n * 100, 50)
            fold()
            commit(51 + n * 100, 10)
            come_from_another_server(without_sequences=without_sequences)
            commit(61 + n * 100, 40)
            assert differing() == {}
        assert fold() == 50
        assert rollups()[1] == 300
        assert differing() == {}

    @pytest.mark.usefixtures("_in_its_first_life")
    def test_waits_for_who_wrote_before_the_counter_was_known_to_have_gone_back(self):
        commit(1, 50)
        fold()
        come_from_another_server()
        with open_transaction(51, 10) as late:
            for _ in range(2):
                assert folding.fold() == 0
                assert differing() == {}
            late.commit()
        assert fold() == 10
        assert differing() == {}

    def test_of_two_at_once_adds_everything_once(self):
        for n in range(30):
            commit(1 + n * 20, 20)
        settle()
        barrier = threading.Barrier(4)

        def work():
            barrier.wait()
            while fold_slice(slice_rows=20).more:
                pass
            connections.close_all()

        workers = [threading.Thread(target=work) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        fold()
        assert rollups()[1] == 600
        assert differing() == {}


class TestFoldingByRowId:
    """The twin: what would be lost without going by the transaction."""

    def test_loses_a_late_commit(self):
        folded = 0

        def fold_by_row_id(last):
            """Count the rows above the highest id that was seen, and remember the highest one."""
            rows = list(Comparison.objects.filter(id__gt=last).values_list("id", flat=True))
            return len(rows), max(rows, default=last)

        with open_transaction(1, 50) as late:
            commit(51, 50)
            count, last = fold_by_row_id(0)
            folded += count
            late.commit()
        count, last = fold_by_row_id(last)
        folded += count
        assert Comparison.objects.count() == 100
        assert folded == 50


class TestViews:
    def test_read_little_of_a_long_log(self):
        for n in range(20):
            commit(1 + n * 1000, 1000)
        fold()
        commit(20_001, 10)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE migration_harness_comparison")
            cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM migration_harness_unfolded")
            plan = cursor.fetchone()[0]
        scans = {
            node["Relation Name"]: (node["Node Type"], node["Actual Rows"])
            for node in _nodes(plan[0]["Plan"])
            if node.get("Relation Name", "").startswith("migration_harness_comparison")
        }
        assert scans == {"migration_harness_comparison_default": ("Index Scan", 10)}


def _nodes(node):
    yield node
    for child in node.get("Plans", []):
        yield from _nodes(child)
