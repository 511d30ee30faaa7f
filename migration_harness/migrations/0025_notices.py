"""Notices on their way to those who are told, and which discrepancies of live calls there have been."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('migration_harness', '0024_trial_balance'),
    ]

    operations = [
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(help_text='By which a receiver knows it again, on whatever server it is kept.', unique=True)),
                ('kind', models.TextField()),
                ('subject', models.TextField(help_text='What it is about: most often a flag.')),
                ('sentence', models.TextField()),
                ('details', models.JSONField(help_text='Plain values by name.')),
                ('at', models.DateTimeField()),
                ('addressed', models.BooleanField(default=False, help_text='Whether it has a row for each who is to be told.')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('addressed', False)), fields=['id'], name='notice_not_addressed'), models.Index(fields=['at'], name='notice_by_time')],
            },
        ),
        migrations.CreateModel(
            name='SeenDiscrepancy',
            fields=[
                ('signature', models.TextField(primary_key=True, serialize=False)),
                ('seam', models.TextField()),
                ('verdict', models.TextField()),
                ('first_at', models.DateTimeField()),
                ('looked_at', models.DateTimeField(help_text='When it was decided whether somebody is told.', null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('looked_at__isnull', True)), fields=['first_at'], name='seen_discrepancy_not_looked_at')],
            },
        ),
        migrations.CreateModel(
            name='NoticeDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('webhook', 'Webhook'), ('email', 'Email')], max_length=10)),
                ('target', models.TextField(blank=True, help_text='The address of an e-mail; empty for the webhook.')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('delivered', 'Delivered'), ('given_up', 'Given Up'), ('dropped', 'Dropped')], default='waiting', max_length=10)),
                ('attempts', models.IntegerField(default=0)),
                ('next_at', models.DateTimeField(help_text='Not tried before.')),
                ('claimed_until', models.DateTimeField(help_text='Until then a worker has it in hand.', null=True)),
                ('give_up_at', models.DateTimeField()),
                ('answer', models.TextField(blank=True, help_text='What the last attempt came to.')),
                ('delivered_at', models.DateTimeField(null=True)),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='migration_harness.notice')),
            ],
            options={
                'indexes': [models.Index(models.F('channel'), models.F('next_at'), condition=models.Q(('state', 'waiting')), name='notice_delivery_due'), models.Index(models.F('state'), condition=models.Q(('state', 'given_up')), name='notice_delivery_given_up')],
                'constraints': [models.UniqueConstraint(fields=('notice', 'channel', 'target'), name='notice_delivery_once'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'delivered', 'given_up', 'dropped'])), name='notice_delivery_state'), models.CheckConstraint(condition=models.Q(models.Q(('delivered_at__isnull', False), ('state', 'delivered')), models.Q(models.Q(('state', 'delivered'), _negated=True), ('delivered_at__isnull', True)), _connector='OR'), name='notice_delivery_has_its_time'), models.CheckConstraint(condition=models.Q(('attempts__gte', 0)), name='notice_delivery_attempts')],
            },
        ),
        migrations.RunSQL(
            (SQL / "notices.sql").read_text(),
            """
            DROP TRIGGER day_rollup_notes_discrepancy ON migration_harness_dayrollup;
            DROP FUNCTION migration_harness_note_discrepancy();
            """,
        ),
    ]
