"""What was given back for a charge that had been healed against another price before, append-only as what was healed."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0006_healed_charges")]

    operations = [
        migrations.CreateModel(
            name="HealedRest",
            fields=[
                (
                    "charge",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="healed_rest",
                        serialize=False,
                        to="billing.credittransaction",
                    ),
                ),
                ("credits", models.IntegerField(help_text="Of the entry, for this charge: given back.")),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="heals_rest_of",
                        to="billing.credittransaction",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(credits__gt=0), name="a_rest_is_given_back"),
                ],
            },
        ),
        migrations.RunSQL(
            (Path(__file__).parents[1] / "sql" / "healed_rests.sql").read_text(),
            "DROP TRIGGER healed_rest_is_final ON billing_healedrest",
        ),
    ]
