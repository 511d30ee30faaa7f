"""Runs of recorded usage and what they found, append-only."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("migration_harness", "0010_forecast_signoffs"),
    ]

    operations = [
        migrations.CreateModel(
            name='Run',
            fields=[
                ('name', models.CharField(max_length=100, primary_key=True, serialize=False)),
                ('actor', models.CharField(max_length=150)),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField()),
                ('since', models.DateTimeField(help_text='Of the usage.')),
                ('until', models.DateTimeField()),
                ('calls', models.BigIntegerField(help_text='Recorded calls that were compared.')),
            ],
        ),
        migrations.CreateModel(
            name='RunEvidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seam', models.CharField(max_length=100)),
                ('revision', models.TextField()),
                ('account_id', models.TextField()),
                ('account_plan', models.TextField()),
                ('group', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_column='group_by', size=None)),
                ('verdict', models.CharField(max_length=20)),
                ('signature', models.CharField(help_text='Empty: a match.', max_length=12)),
                ('comparisons', models.BigIntegerField()),
                ('control_sum', models.DecimalField(decimal_places=12, max_digits=30, null=True)),
                ('candidate_sum', models.DecimalField(decimal_places=12, max_digits=30, null=True)),
                ('one_sided', models.BigIntegerField(help_text='Those with a measure on one side only.')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='migration_harness.run')),
            ],
            options={
                'indexes': [models.Index(fields=['run', 'signature'], name='run_evidence_by_signature')],
            },
        ),
        migrations.CreateModel(
            name='RunSample',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signature', models.CharField(max_length=12)),
                ('explanation', models.CharField(blank=True, max_length=100)),
                ('payload', models.JSONField()),
                ('account_id', models.TextField()),
                ('operation_id', models.TextField(help_text='Of the call in the past.')),
                ('at', models.DateTimeField(help_text='Of the call in the past.')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='samples', to='migration_harness.run')),
            ],
            options={
                'indexes': [models.Index(fields=['run', 'signature'], name='run_sample_by_signature')],
            },
        ),
        migrations.RunSQL(
            (Path(__file__).parents[1] / "sql" / "runs.sql").read_text(),
            """
            DROP TRIGGER run_sample_append_only ON migration_harness_runsample;
            DROP TRIGGER run_evidence_append_only ON migration_harness_runevidence;
            DROP TRIGGER run_append_only ON migration_harness_run;
            """,
        ),
    ]
