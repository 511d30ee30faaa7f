"""Rollups of the comparison log, how they are filled, and the views that read them."""

from pathlib import Path

import django.contrib.postgres.fields
import migration_harness.models.rollups
from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('migration_harness', "0011_healing"),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountTotal',
            fields=[
                ('pk', models.CompositePrimaryKey('signature', 'account_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('signature', models.TextField()),
                ('account_id', models.TextField(help_text='Empty: of no account.')),
                ('comparisons', models.BigIntegerField()),
                ('control_sum', migration_harness.models.rollups.SumField(decimal_places=500, max_digits=1000, null=True)),
                ('candidate_sum', migration_harness.models.rollups.SumField(decimal_places=500, max_digits=1000, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='DroppedComparisons',
            fields=[
                ('pk', models.CompositePrimaryKey('seam', 'day', blank=True, editable=False, primary_key=True, serialize=False)),
                ('seam', models.TextField()),
                ('day', models.DateField()),
                ('dropped', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='DurationRollup',
            fields=[
                ('pk', models.CompositePrimaryKey('day', 'key', blank=True, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateTimeField()),
                ('key', models.UUIDField()),
                ('run', models.TextField()),
                ('seam', models.TextField()),
                ('flag_epoch', models.BigIntegerField()),
                ('revision', models.TextField()),
                ('execution_path', models.TextField()),
                ('group', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_column='group_by', size=None)),
                ('side', models.TextField()),
                ('bucket', models.IntegerField(help_text='Its place among migration_harness_duration_bounds().')),
                ('comparisons', models.BigIntegerField()),
                ('total_ns', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='MinuteRollup',
            fields=[
                ('run', models.TextField()),
                ('seam', models.TextField()),
                ('flag_epoch', models.BigIntegerField()),
                ('revision', models.TextField()),
                ('verdict', models.TextField()),
                ('comparisons', models.BigIntegerField()),
                ('control_sum', migration_harness.models.rollups.SumField(decimal_places=500, max_digits=1000, null=True)),
                ('candidate_sum', migration_harness.models.rollups.SumField(decimal_places=500, max_digits=1000, null=True)),
                ('one_sided', models.BigIntegerField()),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('key', models.UUIDField()),
                ('stage', models.TextField()),
                ('execution_path', models.TextField()),
                ('group', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_column='group_by', size=None)),
                ('pk', models.CompositePrimaryKey('minute', 'key', blank=True, editable=False, primary_key=True, serialize=False)),
                ('minute', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='AccountRollup',
            fields=[
                ('run', models.TextField()),
                ('seam', models.TextField()),
                ('flag_epoch', models.BigIntegerField()),
                ('revision', models.TextField()),
                ('verdict', models.TextField()),
                ('comparisons', models.BigIntegerField()),
                ('control_sum', migration_harness.models.rollups.SumField(decimal_places=500, max_digits=1000, null=True)),
                ('candidate_sum', migration_harness.models.rollups.SumField(decimal_places=500, max_digits=1000, null=True)),
                ('one_sided', models.BigIntegerField()),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('pk', models.CompositePrimaryKey('day', 'key', blank=True, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateTimeField()),
                ('key', models.UUIDField()),
                ('account_id', models.TextField(help_text='Empty: of no account.')),
                ('account_plan', models.TextField()),
                ('signature', models.TextField(help_text='Empty for a match.')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('signature', ''), _negated=True), fields=['signature'], name='account_rollup_by_signature'), models.Index(fields=['account_id', 'day'], name='account_rollup_by_account')],
            },
        ),
        migrations.CreateModel(
            name='DayRollup',
            fields=[
                ('run', models.TextField()),
                ('seam', models.TextField()),
                ('flag_epoch', models.BigIntegerField()),
                ('revision', models.TextField()),
                ('verdict', models.TextField()),
                ('comparisons', models.BigIntegerField()),
                ('control_sum', migration_harness.models.rollups.SumField(decimal_places=500, max_digits=1000, null=True)),
                ('candidate_sum', migration_harness.models.rollups.SumField(decimal_places=500, max_digits=1000, null=True)),
                ('one_sided', models.BigIntegerField()),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('key', models.UUIDField()),
                ('stage', models.TextField()),
                ('execution_path', models.TextField()),
                ('group', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_column='group_by', size=None)),
                ('pk', models.CompositePrimaryKey('day', 'key', blank=True, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateTimeField()),
                ('signature', models.TextField(help_text='Empty for a match.')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('signature', ''), _negated=True), fields=['signature'], name='day_rollup_by_signature')],
            },
        ),
        migrations.CreateModel(
            name='EvidenceTotal',
            fields=[
                ('pk', models.CompositePrimaryKey('seam', 'verdict', 'signature', blank=True, editable=False, primary_key=True, serialize=False)),
                ('seam', models.TextField()),
                ('verdict', models.TextField()),
                ('signature', models.TextField(help_text='Empty for a match.')),
                ('group', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_column='group_by', size=None)),
                ('comparisons', models.BigIntegerField()),
                ('accounts', models.BigIntegerField(help_text='Of a discrepancy; 0 for a match.')),
                ('control_sum', migration_harness.models.rollups.SumField(decimal_places=500, max_digits=1000, null=True)),
                ('candidate_sum', migration_harness.models.rollups.SumField(decimal_places=500, max_digits=1000, null=True)),
                ('one_sided', models.BigIntegerField()),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['signature'], name='evidence_total_by_signature')],
            },
        ),
        migrations.CreateModel(
            name='FoldState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('watermark', models.BigIntegerField(help_text='A transaction id of PostgreSQL.')),
                ('at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='fold_state_singleton')],
            },
        ),
        migrations.RunSQL(
            (SQL / "rollups.sql").read_text(),
            """
            DROP TRIGGER comparison_append_only ON migration_harness_comparison_default;
            DROP FUNCTION migration_harness_partition_guard CASCADE;
            DROP FUNCTION migration_harness_delete_folded(timestamptz, integer);
            DROP FUNCTION migration_harness_fold(integer);
            DROP FUNCTION migration_harness_fold_slice(xid8, xid8);
            DROP FUNCTION migration_harness_both(numeric, numeric);
            DROP VIEW migration_harness_unfolded;
            """,
        ),
        migrations.RunSQL(
            (SQL / "rollup_views.sql").read_text(),
            """
            DROP VIEW migration_harness_account_total_evidence, migration_harness_total_evidence,
                migration_harness_minute_evidence;
            """
            + (SQL / "evidence_views.sql").read_text().replace("CREATE ", "CREATE OR REPLACE "),
        ),
    ]
