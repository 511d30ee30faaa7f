"""The rows around a recorded operation, by which it can be run again elsewhere."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("migration_harness", "0039_unlawful"),
    ]

    operations = [
        migrations.AddField(
            model_name='recordedoperation',
            name='world',
            field=models.JSONField(help_text='Rows of its own that it reads; none: it cannot be run elsewhere.', null=True),
        ),
    ]
