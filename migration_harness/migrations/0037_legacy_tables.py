"""What the database counts of tables that go, what other roles run on them, and what people declare; who keeps heads."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("migration_harness", "0036_forecast_figures"),
    ]

    operations = [
        migrations.CreateModel(
            name='LegacyStatement',
            fields=[
                ('pk', models.CompositePrimaryKey('hour', 'table', 'role', 'digest', blank=True, editable=False, primary_key=True, serialize=False)),
                ('hour', models.DateTimeField()),
                ('table', models.TextField()),
                ('role', models.TextField()),
                ('digest', models.CharField(max_length=32)),
                ('statement', models.TextField(help_text='Its beginning, as the database normalises it.')),
                ('is_dump', models.BooleanField(help_text='It copies the table as a whole, as a backup does.')),
                ('calls', models.BigIntegerField()),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LegacyTable',
            fields=[
                ('table', models.TextField(primary_key=True, serialize=False)),
                ('counted_by', models.TextField(help_text='What the counters belong to: another one begins with other counters.')),
                ('followed_from', models.DateTimeField(help_text='Since when nothing of them is missing.')),
                ('broken', models.TextField(blank=True, help_text='Why nobody knows what was before.')),
                ('looked_at', models.DateTimeField()),
                ('reads', models.BigIntegerField(help_text='Scans of the table and of its indexes.')),
                ('writes', models.BigIntegerField(help_text='Rows inserted, updated and deleted.')),
                ('own_reads', models.BigIntegerField(default=0, help_text='Of the harness, which the counters do not show yet.')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LegacyTableUse',
            fields=[
                ('pk', models.CompositePrimaryKey('hour', 'table', blank=True, editable=False, primary_key=True, serialize=False)),
                ('hour', models.DateTimeField()),
                ('table', models.TextField()),
                ('reads', models.BigIntegerField()),
                ('writes', models.BigIntegerField()),
                ('first_at', models.DateTimeField(help_text='The look before which it was not used.')),
                ('last_at', models.DateTimeField(help_text='The look that saw it.')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LegacyDeclaration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('actor', models.CharField(max_length=150)),
                ('reason', models.TextField()),
                ('at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.CharField(blank=True, max_length=150)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('until__gt', models.F('at'))), name='legacy_declaration_has_an_end'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='legacy_declaration_has_a_reason')],
            },
        ),
        migrations.CreateModel(
            name='LegacyWatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.TextField(blank=True, help_text='Empty where there is none.')),
                ('missing', models.TextField(blank=True, help_text='Why there is none.')),
                ('counted_by', models.TextField(blank=True)),
                ('followed_from', models.DateTimeField(null=True)),
                ('broken', models.TextField(blank=True)),
                ('looked_at', models.DateTimeField()),
                ('calls', models.JSONField(help_text='By statement, how often it had run.')),
                ('followers', models.IntegerField(help_text="Servers that received this one's changes, when there was one last.")),
                ('followers_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='legacy_watch_singleton')],
            },
        ),
        # Its choices are the code's affair: the database has none of them.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='noticedelivery',
                    name='channel',
                    field=models.CharField(choices=[('webhook', 'Webhook'), ('email', 'Email'), ('heads', 'Heads')], max_length=10),
                ),
            ]
        ),
    ]
