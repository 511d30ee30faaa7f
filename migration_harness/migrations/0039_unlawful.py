"""The verdict of an operation that breaks a law. The rule lets through what it let through before, so nothing is read."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"
BEFORE = (SQL / "verdicts.sql").read_text().replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):

    dependencies = [
        ("migration_harness", "0038_operations"),
    ]

    operations = [
        migrations.RunSQL((SQL / "unlawful.sql").read_text(), BEFORE),
    ]
