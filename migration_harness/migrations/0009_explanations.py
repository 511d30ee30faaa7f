"""Notes, assignments and stored explanations, and what a review has seen."""

from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models


SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('migration_harness', '0008_evidence_windows'),
    ]

    operations = [
        migrations.CreateModel(
            name='DiscrepancyAssignment',
            fields=[
                ('signature', models.CharField(max_length=12, primary_key=True, serialize=False)),
                ('assignee', models.CharField(max_length=150)),
                ('actor', models.CharField(max_length=150)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='DiscrepancyNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signature', models.CharField(db_index=True, max_length=12)),
                ('text', models.TextField()),
                ('actor', models.CharField(max_length=150)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='discrepancyreview',
            name='seen',
            field=models.BigIntegerField(help_text='Comparisons of this signature when it was reviewed.', null=True),
        ),
        migrations.AddField(
            model_name='discrepancyreview',
            name='seen_last_at',
            field=models.DateTimeField(help_text="When the last of them was, by its process's clock.", null=True),
        ),
        migrations.CreateModel(
            name='StoredExplanation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signature', models.CharField(db_index=True, help_text='The discrepancy that it was proposed from.', max_length=12)),
                ('seam', models.CharField(max_length=100)),
                ('paths', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), help_text='The paths that may differ.', size=None)),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), help_text='How each of the paths may differ.', size=None)),
                ('group', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_column='group_by', help_text='Words of the calls; empty: any call.', null=True, size=None)),
                ('reason', models.TextField()),
                ('owner', models.CharField(max_length=150)),
                ('expires', models.DateField(help_text='The last day on which it explains anything.')),
                ('covered', models.JSONField(help_text='What it would have covered when it was proposed.')),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('withdrawn', 'Withdrawn'), ('revoked', 'Revoked')], default='proposed', max_length=20)),
                ('proposed_by', models.CharField(max_length=150)),
                ('proposed_at', models.DateTimeField()),
                ('approved_by', models.CharField(max_length=150, null=True)),
                ('approved_at', models.DateTimeField(null=True)),
                ('ended_by', models.CharField(help_text='Who rejected, withdrew or revoked it.', max_length=150, null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_reason', models.TextField(blank=True, default='')),
                ('version', models.BigIntegerField(default=1, help_text='Raised by every change; the sum tells processes to load.')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['approved', 'revoked']), _negated=True), ('approved_by__isnull', False), _connector='OR'), name='explanation_is_approved_by_somebody'), models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='explanation_is_approved_by_another')],
            },
        ),
        migrations.RunSQL(
            (SQL / "notes.sql").read_text(),
            "DROP TRIGGER note_append_only ON migration_harness_discrepancynote",
        ),
    ]
