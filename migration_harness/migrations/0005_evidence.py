"""The functions with which a host makes a charge in one statement."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("migration_harness", "0004_leases")]

    operations = [
        migrations.RunSQL(
            (SQL / "evidence.sql").read_text(),
            """
            DROP FUNCTION migration_harness_confirm(jsonb, boolean);
            DROP FUNCTION migration_harness_record(jsonb, jsonb);
            """,
        ),
    ]
