"""What was found of backups of legacy data that were tried out."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ("migration_harness", "0032_retired_flags"),
    ]

    operations = [
        migrations.CreateModel(
            name='VerifiedBackup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.TextField()),
                ('host', models.TextField(help_text='The machine on which the file was read.')),
                ('backup', models.TextField(help_text="The backup's own random name.")),
                ('sha256', models.CharField(help_text='Of the file.', max_length=64)),
                ('key', models.CharField(help_text='The name of its key.', max_length=16)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.CharField(max_length=150)),
                ('revision', models.TextField(blank=True, help_text='Of the code that made it.')),
                ('schema', models.JSONField(help_text='The schema migrations that the database had then, by app.')),
                ('parts', models.JSONField(help_text='What it has: tables, columns, rows and digests.')),
                ('rows', models.BigIntegerField()),
                ('equal', models.BooleanField(help_text='What was restored is what the tables had at that moment.')),
                ('differences', models.JSONField(help_text='What differed, by part.')),
                ('untried', models.JSONField(help_text='What could not be tried in a scratch database.')),
                ('actor', models.CharField(max_length=150)),
                ('at', models.DateTimeField()),
                ('seconds', models.FloatField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.RunSQL(
            (SQL / "backups.sql").read_text(),
            "DROP TRIGGER verified_backup_append_only ON migration_harness_verifiedbackup;",
        ),
    ]
