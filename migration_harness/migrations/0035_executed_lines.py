"""Which lines of legacy code were executed for an answer, and which revisions see lines."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("migration_harness", "0034_rollback_proofs"),
    ]

    operations = [
        migrations.CreateModel(
            name='LegacyLine',
            fields=[
                ('pk', models.CompositePrimaryKey('day', 'file', 'line', 'version', 'revision', blank=True, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField(help_text='In UTC.')),
                ('file', models.TextField(help_text='Below the root of the host.')),
                ('line', models.IntegerField()),
                ('version', models.CharField(help_text="Of the file's text. Empty where it could not be read.", max_length=16)),
                ('revision', models.CharField(max_length=200)),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField(help_text='When a process saw it last: each sees it once in a period of a day.')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='markedrevision',
            name='entries_at',
            field=models.DateTimeField(help_text='When a process that sees entries alone told last.', null=True),
        ),
        migrations.AddField(
            model_name='markedrevision',
            name='lines_from',
            field=models.DateTimeField(help_text='When a process that sees lines told first.', null=True),
        ),
    ]
