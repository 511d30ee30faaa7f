"""The function that makes a charge knows lost evidence by its SQLSTATE, and lets one request take a client's key."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0008_guards"), ("migration_harness", "0017_proving")]

    operations = [
        migrations.CreateModel(
            name="ChargedRequest",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.TextField()),
                ("request", models.TextField(help_text="A digest of what was asked for.")),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="charged_requests",
                        to="igny8_auth.account",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(
            (Path(__file__).parents[1] / "sql" / "settle.sql").read_text(),
            "DROP FUNCTION igny8_settle(jsonb, boolean, bigint, integer, text, text, timestamptz, text, text, bigint, "
            "integer, integer, jsonb, text, text, integer, integer, numeric, text, text, jsonb, text, text)",
        ),
    ]
