"""Whether a token proves whose it is. Nobody knows it of those that are there: they prove nobody."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("migration_harness", "0040_worlds")]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="by_owner",
            field=models.BooleanField(
                db_default=False, default=False, help_text="Its owner made it, and has shown that it was them."
            ),
        ),
    ]
