"""What a charge keeps beside its entry, its operation and by whom it was priced; the function that makes one.

See Note [Laid anew] in 0001_initial.
"""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

OPERATION = {
    "operation_id": models.CharField(
        max_length=255, unique=True, null=True, blank=True, help_text="The same operation charges once."
    ),
    "content_hash": models.CharField(
        max_length=64,
        blank=True,
        db_default="",
        help_text="Of the operation's input: the same id must mean the same.",
    ),
    "priced_by": models.CharField(
        max_length=10,
        blank=True,
        db_default="",
        help_text="The side whose price was charged: control or candidate.",
    ),
    "flag_epoch": models.BigIntegerField(db_default=0, help_text="Epoch of the flag that decided."),
    "control_credits": models.IntegerField(null=True, blank=True, help_text="Legacy price, where it was computed."),
    "candidate_credits": models.IntegerField(null=True, blank=True, help_text="New price, where it was computed."),
}


class Migration(migrations.Migration):
    replaces = [("billing", "0003_post_charge")]

    dependencies = [("billing", "0002_ledger"), ("migration_harness", "0005_evidence")]

    operations = [
        *(migrations.AddField("credittransaction", name, field) for name, field in OPERATION.items()),
        migrations.AddField(
            "creditusagelog",
            "transaction",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="usage_log",
                to="billing.credittransaction",
            ),
        ),
        migrations.RunSQL(
            (Path(__file__).parents[1] / "sql" / "post_charge.sql").read_text(),
            "DROP FUNCTION igny8_post_charge(jsonb, boolean, bigint, integer, jsonb, jsonb, jsonb);",
        ),
    ]
