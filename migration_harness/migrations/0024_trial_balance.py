"""The trial balance: how far it has come, what it has seen, what was wrong."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('migration_harness', '0023_phases'),
    ]

    operations = [
        migrations.CreateModel(
            name='TrialBlock',
            fields=[
                ('pk', models.CompositePrimaryKey('book', 'first_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('book', models.CharField(max_length=10)),
                ('first_id', models.BigIntegerField()),
                ('row_count', models.IntegerField()),
                ('digests', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(null=True), size=None)),
                ('xid', models.BigIntegerField(help_text='Rows that these transactions or later ones wrote were looked at later.')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TrialPass',
            fields=[
                ('name', models.CharField(max_length=30, primary_key=True, serialize=False)),
                ('position', models.TextField(default='', help_text='Behind this; empty: at the beginning.')),
                ('rounds_due', models.IntegerField(default=0, help_text='To be gone at once, and not by and by.')),
                ('rounds', models.BigIntegerField(default=0)),
                ('finished_at', models.DateTimeField(help_text='When it came to the end last.', null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TrialFault',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('law', models.CharField(max_length=30)),
                ('key', models.TextField(help_text='Of the row that breaks it.')),
                ('account_id', models.TextField(blank=True, help_text='Empty: of no account.')),
                ('rows', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('sentence', models.TextField()),
                ('since', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('resolved_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('resolved_at', None)), fields=['seen_at'], name='trial_fault_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('resolved_at', None)), fields=('law', 'key'), name='trial_fault_open_once')],
            },
        ),
        migrations.CreateModel(
            name='TrialGap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('book', models.CharField(max_length=10)),
                ('first_id', models.BigIntegerField()),
                ('last_id', models.BigIntegerField()),
                ('xid', models.BigIntegerField(help_text='When all transactions before this one have ended nobody comes any more.')),
            ],
            options={
                'indexes': [models.Index(fields=['book', 'xid'], name='trial_gap_by_age')],
            },
        ),
        migrations.CreateModel(
            name='TrialState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('books', models.CharField(help_text="Digest of the statements by which the host's books are read.", max_length=64)),
                ('begun_at', models.DateTimeField(help_text='When they were read from the beginning.')),
                ('entries_to', models.BigIntegerField(default=-9223372036854775808, help_text='Entries up to this id were checked.')),
                ('usage_to', models.BigIntegerField(default=-9223372036854775808, help_text='Usage logs up to this id were.')),
                ('evidence_turn', models.BigIntegerField(default=0, help_text='Comparisons below this turn were.')),
                ('evidence_since', models.DateTimeField(help_text="From when on a charge's comparison is still kept.")),
                ('trail_hash', models.CharField(default='', help_text='The newest event of the trail when it was.', max_length=64)),
                ('counters', models.JSONField(default=dict, help_text='What the server counted of changed and removed rows.')),
                ('is_caught_up', models.BooleanField(default=False, help_text='Nothing new was left when it was checked last.')),
                ('checked_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='trial_state_singleton')],
            },
        ),
    ]
