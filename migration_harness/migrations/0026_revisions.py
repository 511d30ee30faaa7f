"""What the revisions of seams were made of: to say what began an evidence window."""

from pathlib import Path

import django.db.models.functions.datetime
from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('migration_harness', '0025_notices'),
    ]

    operations = [
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seam', models.TextField()),
                ('revision', models.TextField()),
                ('parts', models.JSONField(help_text='A digest or a version of each thing, by its kind and name.')),
                ('first_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('seam', 'revision'), name='revision_once')],
            },
        ),
        migrations.RunSQL(
            (SQL / "revisions.sql").read_text(),
            "DROP TRIGGER revision_append_only ON migration_harness_revision;",
        ),
    ]
