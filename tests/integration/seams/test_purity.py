"""What the side that does not answer may do, and what it may not."""

import pytest
from django.db import connection, transaction

from migration_harness.deciding.processes import this_process
from migration_harness.deciding.stages import Stage
from migration_harness.testing import fixed_flags, flag_at

from .trial import Trial, verdicts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_seams")]


class TestPurity:
    def write(self, _account):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO migration_harness_discrepancyreview VALUES ('s', 'open', '', '', now())")
        return "old"

    def candidate_that(self, sql, *, swallow=True):
        def run(_account):
            try:
                with connection.cursor() as cursor:
                    cursor.execute(sql)
            except Exception:
                if not swallow:
                    raise
            return "old"

        return run

    @pytest.mark.parametrize(
        "sql",
        [
            "INSERT INTO migration_harness_discrepancyreview VALUES ('s', 'open', '', '', now())",
            "UPDATE migration_harness_epoch SET value = value + 1",
            "SELECT * FROM migration_harness_epoch FOR UPDATE",
            "SELECT nextval('migration_harness_comparison_id_seq')",
            "NOTIFY harness_epoch",
            "SELECT pg_notify('harness_epoch', '1')",
            "SELECT pg_advisory_lock(1)",
            "SELECT pg_try_advisory_xact_lock(1)",
            "CREATE TABLE surprise (id int)",
        ],
    )
    @pytest.mark.parametrize("swallow", [True, False], ids=["swallowed", "raised"])
    def test_blocks_a_side_effect_of_the_side_that_does_not_answer(self, sql, swallow):
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            assert Trial(control="old", candidate=self.candidate_that(sql, swallow=swallow)).call() == "old"
        assert verdicts() == ["blocked"]

    def test_leaves_the_callers_transaction_usable_and_unchanged(self):
        with fixed_flags(flag_at("f", Stage.SHADOW)), transaction.atomic():
            Trial(candidate=self.candidate_that("SELECT no_such_column")).call()
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_setting('transaction_read_only')")
                assert cursor.fetchone() == ("off",)

    def test_lets_the_answering_side_write(self):
        with fixed_flags(flag_at("f", Stage.LIVE)):
            Trial(control="old", candidate=self.write).call()
        with connection.cursor() as cursor:
            cursor.execute("SELECT signature FROM migration_harness_discrepancyreview")
            assert cursor.fetchall() == [("s",)]
        assert verdicts() == ["match"]

    def test_lets_the_other_side_read_and_use_atomic(self):
        def read(_account):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT 'old'")
                return cursor.fetchone()[0]

        with fixed_flags(flag_at("f", Stage.SHADOW)):
            Trial(control="old", candidate=read).call()
        assert verdicts() == ["match"]

    def test_blocks_a_copy_as_well(self):
        def copy(_account):
            with (
                connection.cursor() as cursor,
                cursor.copy("COPY migration_harness_epoch FROM STDIN") as sink,
            ):
                sink.write_row((1, 1))
            return "old"

        with fixed_flags(flag_at("f", Stage.SHADOW)):
            assert Trial(control="old", candidate=copy).call() == "old"
        assert verdicts() == ["blocked"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM migration_harness_epoch")
            assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
class TestPurityOutsideATransaction:
    def test_blocks_a_write_and_leaves_autocommit_on(self):
        trial = Trial(control="old", candidate=TestPurity().write)
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            assert trial.call() == "old"
        assert connection.get_autocommit()
        assert verdicts() == ["blocked"]

    def test_leaves_a_connection_usable_that_was_opened_inside(self):
        connection.close()
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            Trial(control="old", candidate=TestPurity().write).call()
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('transaction_read_only'), current_setting('application_name')")
            read_only, name = cursor.fetchone()
        assert (read_only, name) == ("off", str(this_process()))

    def test_lets_the_other_side_use_a_durable_atomic(self):
        def read(_account):
            with transaction.atomic(durable=True), connection.cursor() as cursor:
                cursor.execute("SELECT 'old'")
                return cursor.fetchone()[0]

        with fixed_flags(flag_at("f", Stage.SHADOW)):
            Trial(control="old", candidate=read).call()
        assert verdicts() == ["match"]
