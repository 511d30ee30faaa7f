"""What a comparison is evidence for: its revision, views of what was found, and a shorter way into the log."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("migration_harness", "0005_evidence")]

    operations = [
        migrations.AddField(
            model_name="comparison",
            name="revision",
            field=models.TextField(db_default="", default="", help_text="Of candidate, explanations and price list."),
        ),
        migrations.RunSQL(
            (SQL / "recording.sql").read_text(),
            """
            DROP FUNCTION migration_harness_record(migration_harness_recorded, jsonb);
            DROP TYPE migration_harness_recorded;
            """,
        ),
        # Folding goes by the transaction; signatures are looked up in what was folded.
        migrations.RunSQL(
            """
            CREATE INDEX comparison_by_transaction ON migration_harness_comparison (xid);
            DROP INDEX comparison_by_signature;
            """,
            """
            CREATE INDEX comparison_by_signature ON migration_harness_comparison (signature, at)
                WHERE signature IS NOT NULL;
            DROP INDEX comparison_by_transaction;
            """,
        ),
        migrations.RunSQL(
            (SQL / "evidence_views.sql").read_text(),
            """
            DROP VIEW migration_harness_duration_evidence;
            DROP VIEW migration_harness_account_evidence;
            DROP VIEW migration_harness_evidence;
            DROP FUNCTION migration_harness_duration_bounds();
            """,
        ),
    ]
