"""How far the plan is, what was done outside of it, and what people and machines say for a phase."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('migration_harness', '0022_lean_log'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChecklistTick',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('phase', models.PositiveIntegerField()),
                ('item', models.TextField()),
                ('actor', models.CharField(max_length=150)),
                ('note', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('unticked_at', models.DateTimeField(null=True)),
                ('unticked_by', models.CharField(blank=True, default='', max_length=150)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('unticked_at__isnull', True)), fields=('phase', 'item'), name='checklist_item_is_ticked_once')],
            },
        ),
        migrations.CreateModel(
            name='ExternalAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('phase', models.PositiveIntegerField()),
                ('gate', models.CharField(max_length=100)),
                ('is_open', models.BooleanField()),
                ('sentence', models.TextField()),
                ('link', models.TextField(blank=True, default='')),
                ('actor', models.CharField(max_length=150)),
                ('at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['phase', 'gate', '-id'], name='external_answer_newest')],
            },
        ),
        migrations.CreateModel(
            name='OutsidePlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('flag', models.CharField(max_length=100)),
                ('epoch', models.BigIntegerField()),
                ('before', models.JSONField(help_text='The flag as it was: behind this the change is undone.')),
                ('refused', models.JSONField(help_text='Why the gates refused it, a sentence each.')),
                ('actor', models.CharField(max_length=150)),
                ('reason', models.TextField()),
                ('at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['flag'], name='outside_plan_open')],
            },
        ),
        migrations.CreateModel(
            name='PhaseAdvance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('phase', models.PositiveIntegerField()),
                ('at', models.DateTimeField()),
                ('actor', models.CharField(max_length=150)),
                ('reason', models.TextField(blank=True)),
                ('gates', models.JSONField(default=dict, help_text='What each gate answered, by name.')),
                ('refused', models.JSONField(default=list, help_text='Sentences of the gates that were passed closed.')),
                ('undone_at', models.DateTimeField(null=True)),
                ('undone_by', models.CharField(blank=True, default='', max_length=150)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('undone_at__isnull', True)), fields=('phase',), name='phase_is_closed_once')],
            },
        ),
        migrations.CreateModel(
            name='TestRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('phase', models.PositiveIntegerField()),
                ('revision', models.CharField(max_length=100)),
                ('dirty', models.BooleanField(help_text='The tree had changes that the revision does not have.')),
                ('tests', models.PositiveIntegerField(help_text='That ran; a skipped one did not.')),
                ('failed', models.PositiveIntegerField(help_text='Failures and errors.')),
                ('exit_code', models.IntegerField(help_text='Of the suite; null for a report that somebody brought.', null=True)),
                ('source', models.CharField(help_text='The command, or the report.', max_length=200)),
                ('actor', models.CharField(max_length=150)),
                ('at', models.DateTimeField(help_text='When it began; for a report, when it says so.')),
                ('seconds', models.FloatField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['phase', '-at'], name='test_run_by_phase')],
            },
        ),
        migrations.RunSQL(
            (SQL / "verification.sql").read_text(),
            """
            DROP TRIGGER test_run_append_only ON migration_harness_testrun;
            DROP TRIGGER external_answer_append_only ON migration_harness_externalanswer;
            """,
        ),
    ]
