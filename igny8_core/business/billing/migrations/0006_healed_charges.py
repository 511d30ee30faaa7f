"""Which charges were corrected by which entry, append-only by the ledger's trigger."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0005_charge_by_columns")]

    operations = [
        migrations.CreateModel(
            name="HealedCharge",
            fields=[
                (
                    "charge",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="healed",
                        serialize=False,
                        to="billing.credittransaction",
                    ),
                ),
                (
                    "credits",
                    models.IntegerField(help_text="Of the entry, for this charge: given back above 0, taken below."),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="heals",
                        to="billing.credittransaction",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=~models.Q(credits=0), name="healed_by_something"),
                ],
            },
        ),
        migrations.RunSQL(
            (Path(__file__).parents[1] / "sql" / "healing.sql").read_text(),
            "DROP TRIGGER healed_charge_is_final ON billing_healedcharge",
        ),
    ]
