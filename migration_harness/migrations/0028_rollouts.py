"""Rollouts and their steps."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('migration_harness', '0027_errors'),
    ]

    operations = [
        migrations.CreateModel(
            name='Rollout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('flag', models.CharField(max_length=100)),
                ('state', models.CharField(choices=[('running', 'Running'), ('paused', 'Paused'), ('finished', 'Finished'), ('stopped', 'Stopped'), ('rolled_back', 'Rolled Back'), ('aborted', 'Aborted')], default='running', max_length=12)),
                ('version', models.BigIntegerField(default=0)),
                ('position', models.PositiveSmallIntegerField(help_text='Of the step that is taken; null before the first.', null=True)),
                ('epoch', models.BigIntegerField(help_text='Of the flag, as this rollout saw or made it last.')),
                ('dry', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), default=list, help_text='Guards that never decide.', size=None)),
                ('loss_credits', models.BigIntegerField(help_text='The most that it may cost customers.', null=True)),
                ('loss_usd', models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                ('started_by', models.CharField(max_length=150)),
                ('started_user', models.CharField(blank=True, help_text='Empty: a user of a machine.', max_length=100)),
                ('started_at', models.DateTimeField()),
                ('reason', models.TextField(blank=True)),
                ('looked_at', models.DateTimeField(help_text='The last look at it.', null=True)),
                ('clean_at', models.DateTimeField(help_text='The last look, where every guard held then.', null=True)),
                ('held', models.CharField(blank=True, default='', help_text='Why it held then, in a word.', max_length=20)),
                ('sentence', models.TextField(blank=True, default='', help_text='The same for people.')),
                ('told', models.CharField(blank=True, default='', help_text='Of which of that somebody was told last.', max_length=20)),
                ('readings', models.JSONField(default=list, help_text='What each guard answered then.')),
                ('retry_at', models.DateTimeField(help_text='A step that was refused is tried again then.', null=True)),
                ('approval', models.BigIntegerField(help_text='The number of what another person was asked for last.', null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.CharField(blank=True, default='', max_length=150)),
                ('proof', models.JSONField(help_text='Who obeyed the rollback that ended it.', null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('running', 'paused'))), fields=('flag',), name='rollout_open_once'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('state__in', ('running', 'paused'))), models.Q(models.Q(('state__in', ('running', 'paused')), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='rollout_has_ended_when_it_says_so'), models.CheckConstraint(condition=models.Q(('loss_credits', None), ('loss_credits__gte', 0), _connector='OR'), name='rollout_loses_nothing_below_zero')],
            },
        ),
        migrations.CreateModel(
            name='RolloutStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('share_bps', models.PositiveIntegerField(help_text='In basis points.')),
                ('soak_seconds', models.PositiveIntegerField()),
                ('sample', models.PositiveIntegerField(help_text='Comparisons that it needs.')),
                ('by_two', models.BooleanField(default=False, help_text='Another person has to approve before it is taken.')),
                ('taken_bps', models.PositiveIntegerField(help_text='The share that it was taken with.', null=True)),
                ('epoch', models.BigIntegerField(help_text='Of the flag, when it was taken last.', null=True)),
                ('began_at', models.DateTimeField(help_text='When it was taken; of a proven one, the first time.', null=True)),
                ('soaked_seconds', models.FloatField(default=0.0, help_text='How long it was watched.')),
                ('proven_at', models.DateTimeField(help_text='It had all that it needs.', null=True)),
                ('rollout', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='migration_harness.rollout')),
            ],
            options={
                'ordering': ('position',),
                'constraints': [models.UniqueConstraint(fields=('rollout', 'position'), name='rollout_step_once'), models.CheckConstraint(condition=models.Q(('share_bps__gte', 1), ('share_bps__lte', 10000)), name='rollout_step_is_a_share'), models.CheckConstraint(condition=models.Q(('soak_seconds__gte', 1)), name='rollout_step_soaks'), models.CheckConstraint(condition=models.Q(('taken_bps', None), ('taken_bps__lte', models.F('share_bps')), _connector='OR'), name='rollout_step_is_no_larger'), models.CheckConstraint(condition=models.Q(('proven_at', None), ('taken_bps__isnull', False), _connector='OR'), name='rollout_step_is_proven_when_taken')],
            },
        ),
    ]
