"""The comparison log, and the triggers that guard flags and the audit trail."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.fields.composite
from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("migration_harness", "0001_initial")]

    operations = [
        migrations.RunSQL(
            (SQL / "flags.sql").read_text(),
            """
            DROP TRIGGER flag_guard ON migration_harness_flag;
            DROP TRIGGER flag_epoch ON migration_harness_flag;
            DROP TRIGGER flag_member_guard ON migration_harness_flagmember;
            DROP TRIGGER epoch_guard ON migration_harness_epoch;
            DROP TRIGGER flag_users_guard ON migration_harness_flag_users;
            DROP TRIGGER flag_groups_guard ON migration_harness_flag_groups;
            DROP FUNCTION migration_harness_flag_guard, migration_harness_waffle_list_guard,
                migration_harness_flag_epoch, migration_harness_in_operation;
            """,
        ),
        migrations.RunSQL(
            (SQL / "audit.sql").read_text(),
            """
            DROP TRIGGER audit_append_only ON migration_harness_auditevent;
            DROP FUNCTION migration_harness_append_only;
            """,
        ),
        # Django cannot declare a partitioned table: it knows the model, SQL makes the table.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL((SQL / "comparisons.sql").read_text(), "DROP TABLE migration_harness_comparison"),
            ],
            state_operations=[
                migrations.CreateModel(
                    name='Comparison',
                    fields=[
                        ('pk', models.CompositePrimaryKey('at', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('id', models.BigIntegerField()),
                        ('at', models.DateTimeField()),
                        ('seam', models.TextField()),
                        ('flag_epoch', models.BigIntegerField()),
                        ('stage', models.TextField()),
                        ('account_id', models.TextField()),
                        ('account_plan', models.TextField()),
                        ('execution_path', models.TextField()),
                        ('group', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_column='group_by', size=None)),
                        ('verdict', models.TextField()),
                        ('signature', models.TextField(null=True)),
                        ('control_measure', models.DecimalField(decimal_places=12, max_digits=30, null=True)),
                        ('candidate_measure', models.DecimalField(decimal_places=12, max_digits=30, null=True)),
                        ('control_ns', models.BigIntegerField()),
                        ('candidate_ns', models.BigIntegerField()),
                        ('operation_id', models.TextField()),
                        ('request_id', models.TextField()),
                        ('run', models.TextField()),
                    ],
                    options={
                        'db_table': 'migration_harness_comparison',
                    },
                ),
            ],
        ),
    ]
