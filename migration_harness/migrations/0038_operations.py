"""What recorded operations did: the rows of those that run, and what is kept of those that ended."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.functions.datetime
from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ("migration_harness", "0037_legacy_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name='CapturedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recording', models.UUIDField(db_index=True)),
                ('relation', models.TextField()),
                ('change', models.TextField()),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('before', models.JSONField(null=True)),
                ('after', models.JSONField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RecordedOperation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recording', models.UUIDField(unique=True)),
                ('kind', models.CharField(max_length=100)),
                ('operation_id', models.CharField(blank=True, max_length=255)),
                ('account_id', models.TextField(blank=True, help_text="Empty: nobody's.")),
                ('execution_path', models.CharField(max_length=20)),
                ('revision', models.TextField(blank=True, help_text='Of the code that ran.')),
                ('request_id', models.TextField(blank=True)),
                ('run', models.TextField(blank=True, help_text='Of a replay; empty for the work of customers.')),
                ('at', models.DateTimeField(help_text='When it began.')),
                ('duration_ms', models.FloatField()),
                ('inputs', models.JSONField()),
                ('outcome', models.JSONField(null=True)),
                ('error', models.CharField(blank=True, help_text='The class of what it raised.', max_length=200)),
                ('rows', models.JSONField(help_text='Rows that it changed, in order.')),
                ('steps', models.JSONField(help_text='What it sent, stored, published and noted, in order.')),
                ('missing', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, help_text='What is not in it, in sentences.', size=None)),
                ('held', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, help_text='Laws that it obeys.', size=None)),
                ('broken', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, help_text='Laws that it breaks.', size=None)),
                ('unsaid', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, help_text='Laws of which it does not tell.', size=None)),
            ],
            options={
                'indexes': [models.Index(fields=['kind', '-at'], name='operation_by_kind'), models.Index(fields=['-at'], name='operation_by_time')],
            },
        ),
        migrations.RunSQL(
            (SQL / "operations.sql").read_text(),
            "DROP FUNCTION migration_harness_capture_row() CASCADE",
        ),
    ]
