"""What searches have found before any traffic did."""


import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('migration_harness', '0045_asking'),
    ]

    operations = [
        migrations.CreateModel(
            name='ExploredDiscrepancy',
            fields=[
                ('signature', models.CharField(max_length=12, primary_key=True, serialize=False)),
                ('seam', models.CharField(max_length=100)),
                ('verdict', models.CharField(max_length=20)),
                ('group', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_column='group_by', size=None)),
                ('payload', models.JSONField(help_text='Differences with both values, expected value, and the smallest call.')),
                ('apart', models.DecimalField(decimal_places=12, help_text='By how much the measures differ; null: nobody can say.', max_digits=30, null=True)),
                ('near', models.BigIntegerField(help_text='Recorded calls that come near it.')),
                ('seed', models.BigIntegerField(help_text='Of the search that found it last.')),
                ('revision', models.TextField(help_text='Of the seam, at that search.')),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(help_text='When the sides did not differ in it any more.', null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['seam', 'closed_at'], name='explored_by_seam')],
            },
        ),
    ]
