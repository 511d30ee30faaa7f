"""Leases of the processes, and the function with which a charge enters."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("migration_harness", "0003_stores")]

    operations = [
        migrations.CreateModel(
            name="Lease",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("host", models.CharField(max_length=255)),
                ("pid", models.IntegerField()),
                ("role", models.CharField(max_length=20)),
                ("epoch", models.BigIntegerField(help_text="The epoch that the process acknowledged.")),
                ("open_units", models.IntegerField(help_text="Units of work that were open at the last renewal.")),
                ("taken_at", models.DateTimeField()),
                ("renewed_at", models.DateTimeField()),
                ("acknowledged_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(
            (SQL / "charges.sql").read_text(),
            "DROP FUNCTION migration_harness_enter_charge(text[], boolean);",
        ),
    ]
