"""Functions of a charge that check the isolation level, and write evidence whose loss has an SQLSTATE of its own."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('migration_harness', '0016_leases_run_out'),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "proving.sql").read_text(),
            """
            DROP FUNCTION migration_harness_prove(text, text);
            DROP FUNCTION migration_harness_begin_charge(text[], boolean);
            DROP FUNCTION migration_harness_confirm_charge(jsonb, boolean);
            DROP FUNCTION migration_harness_require_read_committed();
            """,
        ),
    ]
