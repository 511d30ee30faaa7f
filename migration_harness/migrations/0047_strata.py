"""Totals by stratum, which evidence windows are read from; and an index of charges off the signed price."""

from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models


SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('migration_harness', '0046_explored'),
    ]

    operations = [
        migrations.CreateModel(
            name='StratumTotal',
            fields=[
                ('key', models.UUIDField(primary_key=True, serialize=False)),
                ('seam', models.TextField()),
                ('flag_epoch', models.BigIntegerField()),
                ('revision', models.TextField()),
                ('stage', models.TextField()),
                ('execution_path', models.TextField()),
                ('group', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_column='group_by', size=None)),
                ('verdict', models.TextField()),
                ('comparisons', models.BigIntegerField()),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
            ],
        ),
        migrations.AddIndex(
            model_name='dayrollup',
            index=models.Index(condition=models.Q(('run', ''), ('verdict__in', ('mismatch', 'unlawful'))), fields=['stage', 'day'], name='day_rollup_off_by_stage'),
        ),
        migrations.AddIndex(
            model_name='stratumtotal',
            index=models.Index(fields=['seam', 'revision'], name='stratum_total_by_revision'),
        ),
        migrations.RunSQL(
            (SQL / "strata.sql").read_text(),
            """
            DROP VIEW migration_harness_stratum_evidence;
            DROP TRIGGER day_rollup_adds_to_strata ON migration_harness_dayrollup;
            DROP TRIGGER day_rollup_adds_strata ON migration_harness_dayrollup;
            DROP FUNCTION migration_harness_total_strata_again();
            DROP FUNCTION migration_harness_total_strata();
            """,
        ),
    ]
