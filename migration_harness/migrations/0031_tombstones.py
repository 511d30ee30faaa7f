"""Who executed legacy code, and of which periods, revisions and processes anybody would know."""

import migration_harness.models.errors
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("migration_harness", "0030_gate_tokens"),
    ]

    operations = [
        migrations.CreateModel(
            name='LegacyEntry',
            fields=[
                ('pk', models.CompositePrimaryKey('entry', 'revision', blank=True, editable=False, primary_key=True, serialize=False)),
                ('entry', models.CharField(max_length=200)),
                ('revision', models.CharField(max_length=200)),
                ('kind', models.CharField(max_length=10)),
                ('owner', models.CharField(max_length=150)),
                ('since', models.DateField(help_text='As the code says; none for what the plan alone names.', null=True)),
                ('reason', models.TextField()),
                ('first_at', models.DateTimeField(help_text='When a process of this revision told of it first.')),
                ('last_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LegacyExecution',
            fields=[
                ('pk', models.CompositePrimaryKey('day', 'entry', 'purpose', 'execution_path', 'revision', 'caller', blank=True, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField(help_text='Of the last one, in UTC.')),
                ('entry', models.CharField(max_length=200)),
                ('purpose', models.CharField(max_length=10)),
                ('execution_path', models.CharField(max_length=20)),
                ('revision', models.CharField(max_length=200)),
                ('caller', models.CharField(help_text='File, line and function. Empty where nobody could tell.', max_length=300)),
                ('times', models.BigIntegerField()),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='MarkedRevision',
            fields=[
                ('revision', models.CharField(max_length=200, primary_key=True, serialize=False)),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TombstoneHour',
            fields=[
                ('hour', models.DateTimeField(primary_key=True, serialize=False)),
                ('covered', migration_harness.models.errors.PeriodsField()),
                ('gaps', migration_harness.models.errors.PeriodsField()),
                ('lost', models.BigIntegerField(help_text='Executions that could not be told.')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TombstoneReporter',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('host', models.CharField(max_length=255)),
                ('pid', models.IntegerField()),
                ('role', models.CharField(max_length=20)),
                ('revision', models.CharField(max_length=200)),
                ('began_at', models.DateTimeField()),
                ('beat_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='UnmarkedProcess',
            fields=[
                ('pk', models.CompositePrimaryKey('host', 'pid', blank=True, editable=False, primary_key=True, serialize=False)),
                ('host', models.CharField(max_length=255)),
                ('pid', models.IntegerField()),
                ('role', models.CharField(max_length=20)),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
    ]
