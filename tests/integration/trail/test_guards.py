"""What must not change cannot be changed, by no setting and in no session; and a trigger that is off is noticed."""

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.core.checks.registry import Tags
from django.db import IntegrityError, connection, transaction

from migration_harness.exceptions import AuditTampered
from migration_harness.log import partitions
from migration_harness.trail import audit
from migration_harness.trail.guards import lifted

APPEND_ONLY = (
    "migration_harness_auditevent", "migration_harness_comparison", "migration_harness_comparison_default",
    "migration_harness_run", "migration_harness_runevidence", "migration_harness_runsample",
    "migration_harness_discrepancynote", "migration_harness_keptforecast", "migration_harness_forecastsignoff",
    "migration_harness_revision", "migration_harness_rollbackproof", "migration_harness_verifiedbackup",
    "billing_credittransaction", "billing_healedcharge", "billing_aimodelpricechange",
)  # fmt: skip
FLAGS = ("migration_harness_flag", "migration_harness_flagmember", "migration_harness_epoch")
SESSIONS = {
    "the setting of test runners": "SET LOCAL harness.test_flush = 'on'",
    "the setting of retention": "SET LOCAL harness.retention = 'on'",
    "an operation": "SELECT set_config('harness.operation', pg_current_xact_id()::text, true)",
    "a session that replicates": "SET LOCAL session_replication_role = replica",
}


def execute(*statements):
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.django_db
class TestAppendOnlyTable:
    @pytest.mark.covering(together=2)
    @pytest.mark.parametrize("verb", ["DELETE FROM {}", "TRUNCATE {} CASCADE", "UPDATE {} SET {} = {}"])
    @pytest.mark.parametrize("session", SESSIONS)
    @pytest.mark.parametrize("table", APPEND_ONLY)
    def test_stays_whatever_is_set(self, table, session, verb):
        column = "entry_id" if table == "billing_healedcharge" else "name" if table == "migration_harness_run" else "id"
        column = "at" if "comparison" in table else column
        with pytest.raises(IntegrityError, match="append-only|final"):
            execute(SESSIONS[session], verb.format(table, column, column))

    @pytest.mark.parametrize("table", FLAGS)
    @pytest.mark.parametrize("session", [each for each in SESSIONS if "replicates" not in each])
    def test_of_flags_is_never_emptied(self, table, session):
        with pytest.raises(IntegrityError, match="outside a harness operation"):
            execute(SESSIONS[session], f"TRUNCATE {table} CASCADE")

    def test_of_a_day_of_the_log_stays_too(self):
        partitions.prepare(days_ahead=0)
        ((name, _),) = partitions._partitions()
        for session in SESSIONS.values():
            with pytest.raises(IntegrityError, match="append-only"):
                execute(session, f"DELETE FROM {name}")

    def test_is_every_one_that_the_reference_and_the_models_call_so(self):
        called = {
            model._meta.db_table
            for app in ("migration_harness", "billing")
            for model in apps.get_app_config(app).get_models()
            if "append-only" in (model.__doc__ or "").lower()
        }
        assert called <= set(APPEND_ONLY)


@pytest.mark.django_db
class TestGuards:
    def test_are_there(self):
        assert list(lifted()) == []

    @pytest.mark.covering
    @pytest.mark.parametrize(
        ("table", "trigger"),
        [
            ("migration_harness_auditevent", "audit_append_only"), ("migration_harness_auditevent", "audit_keeps_head"),
            ("migration_harness_audithead", "audit_head_stays"), ("migration_harness_flag", "flag_guard"),
            ("migration_harness_flagmember", "flag_member_guard"), ("migration_harness_epoch", "epoch_guard"),
            ("migration_harness_comparison", "comparison_append_only"),
            ("migration_harness_comparison", "comparison_takes_turn"),
            ("migration_harness_comparison_default", "comparison_append_only"),
            ("migration_harness_run", "run_append_only"), ("migration_harness_runevidence", "run_evidence_append_only"),
            ("migration_harness_runsample", "run_sample_append_only"),
            ("migration_harness_discrepancynote", "note_append_only"),
            ("migration_harness_keptforecast", "forecast_append_only"),
            ("migration_harness_forecastsignoff", "forecast_sign_off_append_only"),
            ("migration_harness_forecastfigure", "figure_is_final"),
            ("migration_harness_forecastfigure", "figure_stays_where_signed"),
            ("billing_credittransaction", "ledger_is_final"), ("billing_healedcharge", "healed_charge_is_final"),
            ("billing_aimodelpricechange", "price_history_is_final"),
        ],
        ids=lambda value: value.removeprefix("migration_harness_"),
    )  # fmt: skip
    @pytest.mark.parametrize(
        "statement",
        [
            "ALTER TABLE {0} DISABLE TRIGGER {1}",
            "ALTER TABLE {0} ENABLE REPLICA TRIGGER {1}",
            "DROP TRIGGER {1} ON {0}",
        ],
        ids=["disabled", "for replicas", "dropped"],
    )
    def test_are_missed_where_one_is_off(self, table, trigger, statement):
        execute(statement.format(table, trigger))
        with pytest.raises(AuditTampered, match=f"{table} is open to "):
            audit.verify()
        found = [each for each in run_checks(tags=[Tags.database], databases=["default"]) if each.id.endswith("E022")]
        assert [table in each.msg for each in found] == [True]

    def test_are_missed_in_a_session_in_which_they_keep_still(self):
        execute("SET session_replication_role = replica")
        try:
            assert ["session_replication_role is replica" in each for each in lifted()] == [True]
        finally:
            execute("SET session_replication_role = origin")

    def test_are_not_asked_for_before_they_were_made(self):
        """The revision before is migrated with this code, and system checks run first."""
        execute(
            "DROP TRIGGER audit_head_stays ON migration_harness_audithead",
            "DELETE FROM django_migrations WHERE app = 'migration_harness' AND name LIKE '%_guards'",
        )
        assert list(lifted()) == []
