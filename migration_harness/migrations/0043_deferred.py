"""Calls of deferred seams that wait for a worker."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('migration_harness', '0042_silence'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeferredCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(help_text='When it was made.')),
                ('seam', models.TextField()),
                ('revision', models.TextField(help_text='What its comparison is evidence for.')),
                ('flag_epoch', models.BigIntegerField()),
                ('stage', models.TextField()),
                ('execution_path', models.TextField()),
                ('request_id', models.TextField()),
                ('run', models.TextField()),
                ('answer_ns', models.BigIntegerField(help_text='How long the side took that answered.')),
                ('changed', models.TextField(help_text='The argument that this side has changed.')),
                ('call', models.TextField(help_text='What was passed.')),
                ('answer', models.TextField(help_text='What the side returned or raised.')),
                ('claim', models.UUIDField(help_text='Of the worker that runs the other side.', null=True)),
                ('claimed_until', models.DateTimeField(null=True)),
                ('tries', models.IntegerField(db_default=0, default=0, help_text='How often a worker began.')),
            ],
            options={
                'indexes': [models.Index(fields=['seam', 'revision', 'id'], name='deferred_by_seam')],
            },
        ),
    ]
