"""The function that makes a charge takes columns, and three indexes go that others cover."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_operations"), ("migration_harness", "0006_evidence_views")]

    operations = [
        migrations.AlterField(
            model_name="credittransaction",
            name="account",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transactions",
                to="igny8_auth.account",
            ),
        ),
        migrations.AlterField(
            model_name="creditusagelog",
            name="account",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="usage",
                to="igny8_auth.account",
            ),
        ),
        # Django's, for LIKE: nobody looks for a part of an operation's id.
        migrations.RunSQL(
            "DROP INDEX billing_credittransaction_operation_id_9fbd6f60_like",
            "CREATE INDEX billing_credittransaction_operation_id_9fbd6f60_like "
            "ON billing_credittransaction (operation_id varchar_pattern_ops)",
        ),
        migrations.RunSQL(
            (Path(__file__).parents[1] / "sql" / "charge.sql").read_text(),
            "DROP FUNCTION igny8_charge(jsonb, boolean, bigint, integer, text, text, timestamptz, text, text, bigint, "
            "integer, integer, jsonb, text, text, integer, integer, numeric, text, text, jsonb, "
            "migration_harness_recorded, jsonb)",
        ),
    ]
