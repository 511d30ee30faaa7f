"""What a trigger that captures rows asks first (sql/asking.sql); the triggers follow after ``migrate``."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('migration_harness', '0044_shadowed_operations'),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "asking.sql").read_text(),
            # With the triggers that ask it: those of the revision before are laid after its ``migrate``.
            "DROP FUNCTION migration_harness_is_recording() CASCADE",
        ),
    ]
