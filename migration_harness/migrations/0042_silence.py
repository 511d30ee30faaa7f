"""What is called, counted by minutes of work."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("migration_harness", "0041_token_by_owner"),
    ]

    operations = [
        migrations.CreateModel(
            name='Calling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seam', models.TextField()),
                ('execution_path', models.TextField(blank=True, help_text='Empty, as the two below: the whole seam.')),
                ('operation', models.TextField(blank=True)),
                ('model', models.TextField(blank=True)),
                ('called', models.BigIntegerField()),
                ('first_tick', models.BigIntegerField()),
                ('last_tick', models.BigIntegerField()),
                ('last_at', models.DateTimeField()),
                ('longest', models.BigIntegerField()),
                ('epoch', models.BigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('seam', 'execution_path', 'operation', 'model'), name='calling_once')],
            },
        ),
        migrations.CreateModel(
            name='WorkClock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tick', models.BigIntegerField()),
                ('minute', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='work_clock_singleton')],
            },
        ),
    ]
