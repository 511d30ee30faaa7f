"""Proofs of rollbacks, as they came."""

from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ("migration_harness", "0033_verified_backups"),
    ]

    operations = [
        migrations.CreateModel(
            name='RollbackProof',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('epoch', models.BigIntegerField(help_text="The newest of the rollback's flips.")),
                ('flags', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('epochs', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), help_text="Of each flag's flip.", size=None)),
                ('is_drill', models.BooleanField(help_text='Of a flag that no seam asks.')),
                ('holds', models.BooleanField(help_text='Every live process has acknowledged, or was fenced.')),
                ('waited_ms', models.FloatField()),
                ('told', models.JSONField(help_text='Who acknowledged, after how many milliseconds, who was fenced or late.')),
                ('actor', models.CharField(max_length=150)),
                ('at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.RunSQL(
            (SQL / "proofs.sql").read_text(),
            "DROP TRIGGER rollback_proof_append_only ON migration_harness_rollbackproof;",
        ),
    ]
