"""Commits, rollbacks, open transactions, folds, ended folders, moves in any order: the views say what the log says."""

import os

import psycopg
import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from migration_harness.log import folding

from .committing import as_owner, come_from_another_server, commit, connect, insert
from .recount import differing

pytestmark = pytest.mark.django_db(transaction=True)

FULL = os.environ.get("SOAK") == "1"
COUNTS = st.integers(min_value=1, max_value=30)


class FoldMachine(RuleBasedStateMachine):
    """A log with writers that commit when they like, and folders that are ended when nobody expects it."""

    def __init__(self):
        super().__init__()
        self.written = 0
        self.open = []

    def numbers(self, count):
        self.written += count
        return self.written - count + 1, count

    @rule(count=COUNTS)
    def commit(self, count):
        commit(*self.numbers(count))

    @rule(count=COUNTS)
    def begin(self, count):
        other = connect()
        insert(other, *self.numbers(count))
        self.open.append(other)

    @rule(data=st.data(), commits=st.booleans())
    def finish(self, data, commits):
        if self.open:
            other = self.open.pop(data.draw(st.integers(0, len(self.open) - 1)))
            other.commit() if commits else other.rollback()
            other.close()

    @rule(slice_rows=st.integers(min_value=1, max_value=50))
    def fold(self, slice_rows):
        folding.fold(slice_rows=slice_rows)

    @rule(slice_rows=st.integers(min_value=1, max_value=50))
    def end_a_folder(self, slice_rows):
        folder = connect()
        folder.execute("SELECT migration_harness_fold_log(%s)", [slice_rows])
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [folder.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            folder.execute("SELECT 1")

    @rule(without_sequences=st.booleans())
    def move(self, without_sequences):
        """The log goes on on a server that has counted less; the writers of the old one are lost."""
        while self.open:
            self.open.pop().close()
        come_from_another_server(without_sequences=without_sequences)

    @invariant()
    def says_what_the_log_says(self):
        assert differing() == {}

    def teardown(self):
        for other in self.open:
            other.close()
        as_owner(
            "TRUNCATE migration_harness_comparison, migration_harness_foldstate, migration_harness_minuterollup, "
            "migration_harness_dayrollup, migration_harness_accountrollup, migration_harness_durationrollup, "
            "migration_harness_evidencetotal, migration_harness_accounttotal, migration_harness_stratumtotal; "
            "ALTER SEQUENCE migration_harness_life RESTART"
        )


class TestViews:
    def test_say_what_the_log_says_whatever_happens(self):
        run_state_machine_as_test(
            FoldMachine,
            settings=settings(
                max_examples=100 if FULL else 6,
                stateful_step_count=30 if FULL else 12,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
