"""What came of a recorded operation that was run again on both sides."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('migration_harness', '0043_deferred'),
    ]

    operations = [
        migrations.AddField(
            model_name='recordedoperation',
            name='beside',
            field=models.JSONField(help_text='The effects of both runs, where they differ.', null=True),
        ),
        migrations.AddField(
            model_name='recordedoperation',
            name='shadow',
            field=models.CharField(blank=True, db_default='', default='', help_text='What came of running it again on both sides; empty: it was not to be.', max_length=20),
        ),
        migrations.AddField(
            model_name='recordedoperation',
            name='shadow_ms',
            field=models.FloatField(help_text='How long its transaction was open.', null=True),
        ),
        migrations.AddField(
            model_name='recordedoperation',
            name='shadow_signature',
            field=models.CharField(blank=True, db_default='', default='', max_length=12),
        ),
        migrations.AddField(
            model_name='recordedoperation',
            name='shadow_why',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
        migrations.AddField(
            model_name='recordedoperation',
            name='shadowed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='recordedoperation',
            name='stages',
            field=models.JSONField(help_text='What each flag said for the account; none: nobody knows.', null=True),
        ),
        migrations.AddIndex(
            model_name='recordedoperation',
            index=models.Index(condition=models.Q(('shadow', 'due')), fields=['at'], name='operation_to_shadow'),
        ),
    ]
