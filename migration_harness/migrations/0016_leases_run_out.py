"""Leases that somebody has watched run out."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds a column without a default: nothing is rewritten."""

    dependencies = [("migration_harness", "0015_guards")]

    operations = [
        migrations.AddField(
            "lease",
            "ran_out",
            models.DateTimeField(help_text="The renewal after which somebody watched it run out.", null=True),
        ),
    ]
