"""Forecasts that were made, and the signatures under them."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("migration_harness", "0009_explanations")]

    operations = [
        migrations.CreateModel(
            name="KeptForecast",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=150)),
                (
                    "flags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100),
                        help_text="Whose candidate the forecast asked.",
                        size=None,
                    ),
                ),
                ("calls_of", models.TextField(help_text="Which calls: a digest of the trace, or the period of the log.")),
                (
                    "inputs",
                    models.JSONField(help_text="Prices, defaults and tiers by name; a signature holds while they do."),
                ),
                ("summary", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="ForecastSignOff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=150)),
                ("reason", models.TextField()),
                (
                    "forecast",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sign_offs",
                        to="migration_harness.keptforecast",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(
            (SQL / "forecasts.sql").read_text(),
            """
            DROP TRIGGER forecast_sign_off_append_only ON migration_harness_forecastsignoff;
            DROP TRIGGER forecast_append_only ON migration_harness_keptforecast;
            """,
        ),
    ]
