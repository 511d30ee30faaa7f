"""The function that makes a charge in one statement."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_ledger"), ("migration_harness", "0005_evidence")]

    operations = [
        migrations.RunSQL(
            (Path(__file__).parents[1] / "sql" / "post_charge.sql").read_text(),
            "DROP FUNCTION igny8_post_charge(jsonb, boolean, bigint, integer, jsonb, jsonb, jsonb);",
        ),
    ]
