"""Where a flag's evidence window began."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("migration_harness", "0007_open_breakers")]

    # Of a flag from before, no comparison has a revision: none of them is in a window, wherever that begins.
    operations = [
        migrations.AddField(
            model_name="flag",
            name="window_epoch",
            field=models.BigIntegerField(
                db_default=0,
                default=0,
                help_text="Epoch of the last change of stage or baseline: its evidence window began.",
            ),
        ),
    ]
