"""Errors of the log by day, and of which periods some process would have told."""

from django.db import migrations, models

import migration_harness.models.errors


class Migration(migrations.Migration):

    dependencies = [
        ('migration_harness', '0026_revisions'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeptError',
            fields=[
                ('pk', models.CompositePrimaryKey('day', 'event', 'logger', blank=True, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField(help_text='Of its last occurrence, in UTC.')),
                ('event', models.CharField(max_length=150)),
                ('logger', models.CharField(max_length=150)),
                ('level', models.CharField(max_length=10)),
                ('times', models.BigIntegerField()),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('sample', models.TextField(help_text='Of the last one: the class of the error, its place, the id of the request.')),
            ],
        ),
        migrations.CreateModel(
            name='ReportedHour',
            fields=[
                ('hour', models.DateTimeField(primary_key=True, serialize=False)),
                ('covered', migration_harness.models.errors.PeriodsField(help_text='Some process had written all that it saw.')),
                ('gaps', migration_harness.models.errors.PeriodsField(help_text='Some process could not write.')),
                ('lost', models.BigIntegerField(help_text='Errors that came and could not be kept.')),
            ],
        ),
        migrations.CreateModel(
            name='Reporter',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('host', models.CharField(max_length=255)),
                ('pid', models.IntegerField()),
                ('role', models.CharField(max_length=20)),
                ('began_at', models.DateTimeField()),
                ('beat_at', models.DateTimeField()),
            ],
        ),
    ]
