"""Flags that are off every list, since no seam asks them any more."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("migration_harness", "0031_tombstones"),
    ]

    operations = [
        migrations.AddField(
            model_name='flag',
            name='retired',
            field=models.BooleanField(db_default=False, default=False, help_text='Off every list: nothing asks it any more.'),
        ),
    ]
