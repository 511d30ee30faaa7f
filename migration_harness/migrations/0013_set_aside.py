"""Comparisons that could not be written are counted beside the dropped ones; the audit trail's head is kept."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('migration_harness', '0012_rollups'),
    ]

    operations = [
        migrations.AddField(
            model_name='droppedcomparisons',
            name='set_aside',
            field=models.BigIntegerField(db_default=0, default=0, help_text='Comparisons that could not be written.'),
        ),
        migrations.CreateModel(
            name='AuditHead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hash', models.CharField(max_length=64)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='audit_head_singleton')],
            },
        ),
    ]
